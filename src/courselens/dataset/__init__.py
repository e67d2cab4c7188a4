"""From courses to what is searched and what is trained on: passages, questions, pairs, splits."""
