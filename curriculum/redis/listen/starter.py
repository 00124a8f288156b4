# Your Redis begins here. Redis clients look for it on port 6379.
import socket

print("Hello from your server")
