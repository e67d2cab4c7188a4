"""One BERT layer over packed tokens, forward and backward written out: (T, d) float32 in, (T, d) float32 out.

Why not autograd over torch's modules: without padding, a step on a CPU is bound by memory traffic and by the number of
operations. Written out, a matrix product reads its operands once in bfloat16, scales are folded into the weights
(dropout's 1/(1-p), attention's 1/sqrt(size)), no mask is stored twice, and no tensor is copied for a slice.

The layer is that of Devlin et al. 2019 (LayerNorm after each sum); gradients of softmax, LayerNorm and GELU are torch's
own kernels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

_aten = torch.ops.aten
_GROUP_COST = 10_000
"""What a further group costs, in attention scores of one head: its two dozen operations against work on padding."""


@dataclass(frozen=True, slots=True)
class Places:
    """How texts of unequal length lie in count × width places.

    `token` of shape (count × width,) is the row of the token in each place, any row where there is none; `filled` of
    shape (tokens,) the place of each token; `real` of shape (count × width, 1) is 1 where there is a token and 0
    elsewhere; `bias` of shape (count, 1, 1, width) is 0 where there is one and minus infinity elsewhere.
    """

    token: Tensor
    filled: Tensor
    real: Tensor
    bias: Tensor


@dataclass(frozen=True, slots=True)
class Group:
    """Texts of similar length that attend together: rows `start` to `stop`, `count` texts of `width` tokens or less.

    `places` is None where all have `width` tokens.
    """

    start: int
    stop: int
    count: int
    width: int
    places: Places | None


def make_groups(lengths: Sequence[int], dtype: torch.dtype) -> tuple[Group, ...]:
    """Groups for texts of `lengths` tokens, longest first, laid end to end."""
    groups: list[Group] = []
    first, start = 0, 0
    while first < len(lengths):
        width, last, waste = lengths[first], first + 1, 0
        while last < len(lengths) and (waste := waste + width**2 - lengths[last] ** 2) <= _GROUP_COST:
            last += 1
        here = lengths[first:last]
        stop = start + sum(here)
        places = _places(start, here, dtype) if here[-1] < width else None
        groups.append(Group(start, stop, len(here), width, places))
        first, start = last, stop
    return tuple(groups)


def _places(start: int, lengths: Sequence[int], dtype: torch.dtype) -> Places:
    width = lengths[0]
    real = torch.arange(width) < torch.tensor(lengths)[:, None]
    token = real.flatten().cumsum(0).add_(start - 1).clamp_(min=start)
    bias = torch.zeros(real.shape, dtype=dtype).masked_fill_(~real, -torch.inf)
    return Places(token, real.flatten().nonzero()[:, 0], real.to(dtype).view(-1, 1), bias[:, None, None])


class Dropout:
    """Dropout whose random numbers cost little: 16 fresh bits an element, kept for the backward pass.

    torch's own takes about 10 ns an element on a CPU, as much as a quarter of a packed step. The bits come from numpy's
    SFC64, seeded out of torch's generator at each forward pass: a restored torch generator gives the same masks.
    `apply` zeroes an element with probability `p` (to 1/65536); the caller folds `scale` into a weight.
    """

    def __init__(self, p: float, source: np.random.SFC64) -> None:
        self.source = source
        self.dropped = round(p * 65536)
        self.scale = 65536 / (65536 - self.dropped)

    def draw(self, *shape: int) -> Tensor | None:
        """int16 of `shape`, uniform over all its values; None when nothing is dropped."""
        if not self.dropped:
            return None
        size = int(np.prod(shape))
        words = self.source.random_raw((size + 3) // 4)
        return torch.from_numpy(words.view(np.int16)[:size]).view(shape)

    def apply(self, x: Tensor, bits: Tensor | None) -> Tensor:
        """`x` with zeros where `bits` say so, not scaled."""
        if bits is None:
            return x
        # A comparison that writes numbers, not booleans, is several times faster in torch.
        keep = torch.ge(bits, self.dropped - 32768, out=torch.empty_like(x))
        return keep.mul_(x)


@dataclass(frozen=True, slots=True)
class Plan:
    """How one layer of a forward pass is computed: `attention` drops probabilities, the others before each sum."""

    groups: tuple[Group, ...]
    heads: int
    eps: float
    dtype: torch.dtype
    attention: Dropout
    context: Dropout
    output: Dropout


def run_layer(plan: Plan, x: Tensor, parameters: Sequence[Tensor]) -> Tensor:
    """One BERT layer on x of shape (T, d), with its 16 parameters in BERT's order; (T, d) out, differentiable."""
    tokens: Tensor = _Layer.apply(plan, x, *parameters)  # type: ignore[no-untyped-call]  # torch does not annotate it
    return tokens


class _Layer(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, plan: Plan, x: Tensor, *parameters: Tensor) -> Tensor:
        """(T, d) float32."""
        w_qkv, b_qkv, w_out, b_out, w_up, b_up, w_down, b_down = weights = _fold(plan, parameters)
        norm1, shift1, norm2, shift2 = (parameters[index] for index in (8, 9, 14, 15))
        bits1, bits2 = plan.context.draw(*x.shape), plan.output.draw(*x.shape)
        x_low = x.to(plan.dtype)
        qkv = functional.linear(x_low, w_qkv, b_qkv)
        context, attended = _attend(plan, qkv)
        z1 = x + plan.context.apply(functional.linear(context, w_out, b_out), bits1)
        y1, mean1, rstd1 = torch.native_layer_norm(z1, norm1.shape, norm1, shift1, plan.eps)
        y1_low = y1.to(plan.dtype)
        up = functional.linear(y1_low, w_up, b_up)
        z2 = y1 + plan.output.apply(functional.linear(functional.gelu(up), w_down, b_down), bits2)
        y2, mean2, rstd2 = torch.native_layer_norm(z2, norm2.shape, norm2, shift2, plan.eps)
        ctx.plan, ctx.weights, ctx.attended, ctx.bits = plan, weights[::2], attended, (bits1, bits2)
        ctx.norms = (z1, mean1, rstd1, norm1, shift1), (z2, mean2, rstd2, norm2, shift2)
        ctx.inputs = (x_low, context, up)
        return y2

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of x and of the 16 parameters, float32."""
        with torch.autocast("cpu", enabled=False):  # whoever calls backward may have it on
            return _Layer._backward(ctx, gradients[0])

    @staticmethod
    def _backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        plan, (bits1, bits2), attended, norms = ctx.plan, ctx.bits, ctx.attended, ctx.norms
        w_qkv, w_out, w_up, w_down = ctx.weights
        x_low, context, up = ctx.inputs
        ctx.bits = ctx.attended = ctx.norms = ctx.inputs = None  # else all layers' numbers stay until the first is done
        d_z2, d_norm2, d_shift2 = _norm_backward(gradient, *norms[1])
        d_down = plan.output.apply(d_z2.to(plan.dtype), bits2)
        down = _linear_backward(d_down, functional.gelu(up))  # GELU again instead of kept
        d_up = d_down @ w_down
        _aten.gelu_backward.grad_input(d_up, up, grad_input=d_up)
        del d_down, up
        d_y1 = d_z2 + d_up @ w_up
        z1, _, _, norm1, shift1 = norms[0]
        y1 = torch.native_layer_norm(z1, norm1.shape, norm1, shift1, plan.eps)[0]  # again instead of kept, as GELU is
        higher = _linear_backward(d_up, y1.to(plan.dtype))
        del d_up, y1
        d_z1, d_norm1, d_shift1 = _norm_backward(d_y1, *norms[0])
        d_out = plan.context.apply(d_z1.to(plan.dtype), bits1)
        out = _linear_backward(d_out, context)
        d_qkv = _attend_backward(plan, d_out @ w_out, attended)
        d_x = d_z1 + d_qkv @ w_qkv if ctx.needs_input_grad[1] else None
        folded = (*_linear_backward(d_qkv, x_low), *out, *higher, *down)
        return (None, d_x, *_unfold(plan, folded, (d_norm1, d_shift1), (d_norm2, d_shift2)))


def _linear_backward(after: Tensor, before: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients of a matrix product's weight and bias."""
    return after.t() @ before, after.sum(0)


def _scales(plan: Plan, width: int) -> tuple[float, float, float, float]:
    """What is folded into the query, the weight and the bias after attention, and the last weight and bias."""
    context = plan.context.scale
    return (width / plan.heads) ** -0.5, plan.attention.scale * context, context, plan.output.scale


def _fold(plan: Plan, parameters: Sequence[Tensor]) -> list[Tensor]:
    """Weight and bias of the layer's four matrix products in the plan's precision, scales folded in."""
    query, out_weight, out_bias, down = _scales(plan, len(parameters[1]))
    w_q, b_q, w_k, b_k, w_v, b_v, w_out, b_out, _, _, w_up, b_up, w_down, b_down = parameters[:14]
    w_qkv, b_qkv = torch.cat((w_q * query, w_k, w_v)), torch.cat((b_q * query, b_k, b_v))
    folded = (w_qkv, b_qkv, w_out * out_weight, b_out * out_bias, w_up, b_up, w_down * down, b_down * down)
    return [part.to(plan.dtype) for part in folded]


def _unfold(plan: Plan, folded: Sequence[Tensor], norm1: Sequence[Tensor], norm2: Sequence[Tensor]) -> list[Tensor]:
    """Gradients of the folded weights and biases to float32 gradients of the layer's parameters, in their order."""
    single = norm1[0].dtype
    d_wqkv, d_bqkv, d_wout, d_bout, d_wup, d_bup, d_wdown, d_bdown = (part.to(single) for part in folded)
    width = len(d_bqkv) // 3
    query, out_weight, out_bias, down = _scales(plan, width)
    d_wqkv[:width] *= query
    d_bqkv[:width] *= query
    inner = [part for both in zip(torch.split(d_wqkv, width), torch.split(d_bqkv, width), strict=True) for part in both]
    outer = [d_wout * out_weight, d_bout * out_bias, *norm1, d_wup, d_bup, d_wdown * down, d_bdown * down, *norm2]
    return [*inner, *outer]


def _norm_backward(
    gradient: Tensor, z: Tensor, mean: Tensor, rstd: Tensor, weight: Tensor, bias: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    result: tuple[Tensor, Tensor, Tensor] = _aten.native_layer_norm_backward(
        gradient.contiguous(), z, weight.shape, mean, rstd, weight, bias, [True, True, True]
    )
    return result


@dataclass(frozen=True, slots=True)
class _Attended:
    """What the backward pass of a group's attention needs; the probabilities that dropout left are made again."""

    qkv: Tensor
    probabilities: Tensor
    bits: Tensor | None


def _attend(plan: Plan, qkv: Tensor) -> tuple[Tensor, list[_Attended]]:
    """Attention group by group: (T, 3d) to (T, d)."""
    context = qkv.new_empty(len(qkv), qkv.shape[1] // 3)
    attended = []
    for group in plan.groups:
        parts = _heads(qkv, group, plan, parts=3)
        q, k, v = parts.unbind()
        scores = torch.bmm(q, k.transpose(1, 2))
        if group.places is not None:
            scores.view(group.count, plan.heads, group.width, group.width).add_(group.places.bias)
        probabilities = torch.softmax(scores, -1, out=scores)
        bits = plan.attention.draw(*scores.shape)
        _put(context, group, plan, torch.bmm(plan.attention.apply(probabilities, bits), v)[None])
        attended.append(_Attended(parts, probabilities, bits))
    return context, attended


def _attend_backward(plan: Plan, d_context: Tensor, attended: Sequence[_Attended]) -> Tensor:
    """The gradient of `_attend`: (T, d) to (T, 3d)."""
    d_qkv = d_context.new_empty(len(d_context), 3 * d_context.shape[1])
    for group, of in zip(plan.groups, attended, strict=True):
        q, k, v = of.qkv.unbind()
        d_heads = _heads(d_context, group, plan, parts=1, zero=True)[0]
        d_parts = torch.empty_like(of.qkv)
        kept = plan.attention.apply(of.probabilities, of.bits)
        torch.bmm(kept.transpose(1, 2), d_heads, out=d_parts[2])
        d_kept = torch.bmm(d_heads, v.transpose(1, 2))
        if of.bits is not None:  # what was dropped, or is zero anyway, takes no gradient
            _aten.threshold_backward.grad_input(d_kept, kept, 0.0, grad_input=d_kept)
        d_scores = _aten._softmax_backward_data(d_kept, of.probabilities, -1, d_kept.dtype)
        torch.bmm(d_scores, k, out=d_parts[0])
        torch.bmm(d_scores.transpose(1, 2), q, out=d_parts[1])
        _put(d_qkv, group, plan, d_parts)
    return d_qkv


def _heads(rows: Tensor, group: Group, plan: Plan, *, parts: int, zero: bool = False) -> Tensor:
    """The group's rows of (T, parts × d), head by head: (parts, count × heads, width, size), contiguous.

    Empty places hold another token's numbers, or zeros if `zero`.
    """
    if group.places is None:
        here = rows[group.start : group.stop]
    else:
        here = rows.index_select(0, group.places.token)
        if zero:
            here.mul_(group.places.real)
    split = here.view(group.count, group.width, parts, plan.heads, -1).permute(2, 0, 3, 1, 4)
    return split.reshape(parts, group.count * plan.heads, group.width, -1).contiguous()


def _put(rows: Tensor, group: Group, plan: Plan, parts: Tensor) -> None:
    """The inverse of `_heads`: write (parts, count × heads, width, size) into the group's rows of (T, parts × d)."""
    here = rows[group.start : group.stop]
    split = parts.view(len(parts), group.count, plan.heads, group.width, -1).permute(1, 3, 0, 2, 4)
    if group.places is None:
        here.view(split.shape).copy_(split)
    else:
        torch.index_select(split.reshape(group.count * group.width, -1), 0, group.places.filled, out=here)
