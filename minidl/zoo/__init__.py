"""Real networks: fetching and checking their files, decoding the formats, and the networks."""

from minidl.zoo.asset import Asset, AssetError, Package
from minidl.zoo.assets import ASSETS
from minidl.zoo.cache import cache_folder
from minidl.zoo.fetching import fetch

__all__ = ["ASSETS", "Asset", "AssetError", "Package", "cache_folder", "fetch"]
