# Your Redis begins here.
# Clients look for it on port 6379.
import socket

print("Hello from your server")
