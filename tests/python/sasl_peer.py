"""Apache Thrift's SASL transport over pure-sasl as a client, and pysasl's PLAIN as a server in the same frames.

Reads commands, one a line, with tabs between the words:
  call PORT MECHANISM USER PASSWORD AUTHZID   "result ok ECHO", or "result" and what Thrift says
  serve USER PASSWORD                         "port PORT", and then a "result" for each connection, until the end of the input
"""

import socket
import struct
import sys
import threading

from pysasl import SASLAuth
from pysasl.identity import ClearIdentity
from pysasl.mechanism import ChallengeResponse
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TSaslClientTransport, TTransportException

START, OK, BAD, ERROR, COMPLETE = 1, 2, 3, 4, 5


def call(port, mechanism, user, password, authzid):
    raw = TSocket("127.0.0.1", int(port))
    raw.setTimeout(20_000)
    about = {"username": user, "password": password} if user else {}
    # Thrift calls it authorization_id, as pure-sasl does.
    transport = TSaslClientTransport(raw, "localhost", "echo", mechanism, authorization_id=authzid or None, **about)
    try:
        transport.open()
        if mechanism == "ANONYMOUS":  # pure-sasl cannot wrap after it, even where nothing has to be
            raw.write(struct.pack("!i", 5) + b"hello")
            (length,) = struct.unpack("!i", raw.readAll(4))
            return "ok " + raw.readAll(length).decode()
        transport.write(b"hello")
        transport.flush()
        return "ok " + transport.read(5).decode()
    except TTransportException as error:
        return error.message
    finally:
        transport.close()


def serve(user, password):
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=answer, args=(listener, ClearIdentity(user, password)), daemon=True).start()
    return listener.getsockname()[1]


def answer(listener, identity):
    plain = SASLAuth.named([b"PLAIN"]).get_server(b"PLAIN")
    while True:
        peer, _ = listener.accept()
        with peer, peer.makefile("rwb") as stream:

            def receive():
                status, length = struct.unpack(">BI", stream.read(5))
                return status, stream.read(length)

            def send(status, payload):
                stream.write(struct.pack(">BI", status, len(payload)) + payload)
                stream.flush()

            assert receive() == (START, b"PLAIN")
            status, message = receive()
            assert status in (OK, COMPLETE), status
            credentials, _ = plain.server_attempt([ChallengeResponse(b"", message)])
            if not credentials.verify(identity):
                send(BAD, b"no such user or password")
                print("result no")
                continue
            send(COMPLETE, b"")
            (length,) = struct.unpack(">I", stream.read(4))
            frame = stream.read(length)
            stream.write(struct.pack(">I", length) + frame)
            stream.flush()
            print("result in", credentials.authcid, "for", credentials.authzid)


for line in sys.stdin:
    command, *words = line.rstrip("\n").split("\t")
    if command == "call":
        print("result", call(*words))
    else:
        print("port", serve(*words))
