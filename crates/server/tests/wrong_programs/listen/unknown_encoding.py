# -*- coding: utf8x -*-
import socket
server = socket.create_server(("localhost", 6379))
