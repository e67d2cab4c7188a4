"""The words of questions, as data files: what is asked, how conditions are said, and terms in three languages."""
