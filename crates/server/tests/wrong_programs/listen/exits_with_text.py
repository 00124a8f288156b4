import socket, sys

server = socket.socket()
sys.exit("no port given")
