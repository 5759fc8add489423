import numpy as np

import minidl.functional as F


def by_minidl(dlogits, weights, caches):
    blocks, m = caches
    gradients = {"w": m.reshape(len(m), -1).T @ dlogits, "b": dlogits.sum(axis=0)}
    arriving = (dlogits @ weights["w"].T).reshape(m.shape)
    for k, (x, a, r) in reversed(list(enumerate(blocks, 1))):
        arriving = F.max_pool_backward(arriving, F.max_pool(r, 2)[1])
        arriving = np.where(a > 0, arriving, 0).astype(a.dtype)
        w, b = weights[f"w{k}"], weights[f"b{k}"]
        _, cache = F.conv(x, w, b, padding=1)
        arriving, gradients[f"w{k}"], gradients[f"b{k}"] = F.conv_backward(arriving, cache)
    return gradients


def by_recursion(dlogits, weights, caches):
    def back(dm, blocks):
        if not blocks:
            return {}
        (x, a, r), k = blocks[-1], len(blocks)
        height, width = (size // 2 * 2 for size in r.shape[1:3])
        shape = (len(r), height // 2, 2, width // 2, 2, r.shape[3])
        tiles = r[:, :height, :width].reshape(shape)
        best = tiles.max(axis=(2, 4), keepdims=True)
        da = np.zeros_like(r)
        spread = (tiles == best) * dm[:, :, None, :, None]
        da[:, :height, :width] = spread.reshape(len(r), height, width, -1)
        da[a <= 0] = 0
        _, cache = F.conv(x, weights[f"w{k}"], weights[f"b{k}"], padding=1)
        dx, dw, db = F.conv_backward(da, cache)
        return {f"w{k}": dw, f"b{k}": db, **back(dx, blocks[:-1])}

    blocks, m = caches
    dense = {
        "w": np.einsum("nd,nk->dk", m.reshape(len(m), -1), dlogits),
        "b": np.einsum("nk->k", dlogits),
    }
    return dense | back(np.einsum("nk,dk->nd", dlogits, weights["w"]).reshape(m.shape), blocks)
