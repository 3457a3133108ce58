"""Drives the example server with the package hdfs, as its documentation shows: URL and CA file as arguments."""

import sys

import requests
from hdfs import HdfsError, InsecureClient

url, ca = sys.argv[1:]
session = requests.Session()
session.verify = ca
session.trust_env = False  # or REQUESTS_CA_BUNDLE would win over what we say
client = InsecureClient(url, user="alice", session=session)

done = []
assert client.list("/") == ["home"]
done.append("listed")

client.write("/home/f", data="héllo\n", encoding="utf-8")
assert client.status("/home/f")["length"] == 7
done.append("written")

client.write("/home/f", data=b"more", append=True)
done.append("appended")

with client.read("/home/f", offset=7, length=3) as reader:
    assert reader.read() == b"mor"
with client.read("/home/f", encoding="utf-8") as reader:
    assert reader.read() == "héllo\nmore"
done.append("read")

client.rename("/home/f", "/home/g")
assert client.list("/home") == ["g"]
done.append("renamed")

assert client.delete("/home/g")
assert client.status("/home/g", strict=False) is None
done.append("deleted")

try:
    client.write("/f", data=b"x")
    raise AssertionError("the root is not alice's")
except HdfsError as error:
    assert error.exception == "AccessControlException", error.exception
done.append("denied")

print(*done)
