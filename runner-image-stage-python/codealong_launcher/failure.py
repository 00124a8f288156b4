"""What a launcher can't do for its judge."""


class Failure(Exception):
    """A program can't be started or ended, or what one left can't be removed.

    `what`, `errno` and `folder` are those of a `protocol::Interference`.
    """

    def __init__(self, what, errno=0, folder=None):
        super().__init__(what)
        self.facts = {"what": what, "errno": errno or 0, "folder": folder}
