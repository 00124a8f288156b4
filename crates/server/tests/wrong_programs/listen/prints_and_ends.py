import socket

print("Redis is ready to accept connections")
