"""How recognisable a photograph is in a painting: do edges lie where they lie in the photograph?"""

import numpy as np
from scipy import ndimage


def edges(image):
    """Strength of the edges of a picture's lightness, fine strokes smoothed away."""
    grey = image.astype(np.float64) @ [0.299, 0.587, 0.114]
    return ndimage.gaussian_gradient_magnitude(grey, 2.5)


def likeness(first, second):
    """Correlation of two pictures' edges: 1 for the same, about 0 for pictures of other things."""
    return float(np.corrcoef(edges(first).ravel(), edges(second).ravel())[0, 1])
