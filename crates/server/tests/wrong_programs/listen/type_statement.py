import socket

type Address = tuple[str, int]
