from .account import AccountAdapter

__all__ = ["AccountAdapter"]  # named in the settings
