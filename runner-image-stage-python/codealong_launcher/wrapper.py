"""In the learner's process: functions that stand in the place of others."""


def copy_identity(wrapper, plain):
    """Makes a wrapper look like what it wraps to `help` and `inspect`."""
    wrapper.__name__ = plain.__name__
    wrapper.__qualname__ = plain.__qualname__
    wrapper.__doc__ = plain.__doc__
    if getattr(plain, "__text_signature__", None):
        wrapper.__text_signature__ = plain.__text_signature__
