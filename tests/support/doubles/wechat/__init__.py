"""A WeChat platform on loopback: signs and encrypts by another implementation than the door's, and keeps the limits."""

from .faults import Fault
from .followers import Follower, Told
from .platform import Platform
from .seal import Seal

__all__ = ["Fault", "Follower", "Platform", "Seal", "Told"]
