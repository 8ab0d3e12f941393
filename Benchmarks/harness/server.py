"""The HTTP API of the groups ingest and lookups: nginx on loopback, whose answers cost it next to nothing.

    server.py        starts it, says where, and stops it at the end of its input: for running a command by hand

/pages-500x200?page=N       a page of 200 customers out of 500: {"items": [...], "page": N, "pages": 500, "total": ...}
/geocode?address=A          about 300 bytes; the coordinates come from the address's `Apt` number
/census?zip=Z               about 300 bytes; the figures come from the zip code
/d20/...                    the same 20 ms later
/status                     nginx's own count of requests
"""
import atexit
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request

import places

FOLDER = places.ROOT / places.WORK / "server"
# Taken where it is free, so that commands are the same from run to run.
PORT = 18490
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin") or "nginx"
PLACE = ('{"status":"OK","results":[{"formatted_address":"Apt $apt","place_id":"p$apt","types":["street_address"],'
         '"geometry":{"location":{"lat":30.5$apt,"lng":-90.5$apt},"location_type":"ROOFTOP"},"address_components":'
         '[{"long_name":"United States","short_name":"US","types":["country","political"]}]}]}')
AREA = ('{"name":"ZCTA5 $arg_zip","survey":"American Community Survey, five years","geography":"zip code tabulation '
        'area","zip":"$arg_zip","population":1$arg_zip,"median_income":5$arg_zip,"median_age":38.2,"median_home_value":'
        '2$arg_zip,"households":1$arg_zip,"notes":["estimates","margins of error left out"]}')


def start():
    """Starts the server and returns its address; it is stopped when this process ends."""
    stop()
    (FOLDER / "temporary").mkdir(parents=True, exist_ok=True)
    port = free_port()
    (FOLDER / "nginx.conf").write_text(configuration(port))
    with open(FOLDER / "messages.txt", "w+", encoding="utf-8") as messages:
        try:
            done = subprocess.run([NGINX, "-p", str(FOLDER), "-c", "nginx.conf"], stdout=messages, stderr=messages)
        except OSError as error:
            sys.exit(f"Scripts/bench: nginx is needed, with its echo module: {error}")
        messages.seek(0)
        if done.returncode:
            sys.exit(f"Scripts/bench: nginx does not start: {messages.read().strip()}")
    # A proxy has no part in this.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
    atexit.register(stop)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    return f"http://127.0.0.1:{port}"


def stop():
    """Ends the server that the pid file names, if it is one of ours: the file may be older than the machine's start."""
    try:
        process = int((FOLDER / "nginx.pid").read_text())
        if str(FOLDER).encode() in pathlib.Path(f"/proc/{process}/cmdline").read_bytes():
            os.kill(process, signal.SIGTERM)
    except (OSError, ValueError):
        pass
    (FOLDER / "nginx.pid").unlink(missing_ok=True)


def requests(address):
    """How many requests the server has had, this one included."""
    with urllib.request.urlopen(f"{address}/status") as answer:
        return int(answer.read().split(b"\n")[2].split()[2])


def free_port():
    for port in (PORT, 0):
        with socket.socket() as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                candidate.bind(("127.0.0.1", port))
                return candidate.getsockname()[1]
            except OSError:
                continue


def configuration(port):
    module = next(pathlib.Path("/usr").glob("lib*/nginx/modules/ngx_http_echo_module.so"), "ngx_http_echo_module.so")
    # As root, the workers would be someone who may not read the project's folder.
    user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
    return f"""{user}
load_module {module};
pid nginx.pid;
error_log error.log warn;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; default_type application/json;
  keepalive_requests 1000000000; keepalive_timeout 300;
  open_file_cache max=2000 inactive=600s; open_file_cache_valid 600s;
  client_body_temp_path temporary; proxy_temp_path temporary; fastcgi_temp_path temporary;
  uwsgi_temp_path temporary; scgi_temp_path temporary;
  map $arg_page $page {{ default $arg_page; "" 1; }}
  map $arg_address $apt {{ default 0000; "~Apt(\\+|%20)(?<number>[0-9]+)" $number; }}
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    root "{places.ROOT / places.DATA}";
    location ~ ^/pages-[0-9x]+$ {{ try_files $uri/$page.json /no-page.json; }}
    location = /geocode {{ return 200 '{PLACE}'; }}
    location = /census {{ return 200 '{AREA}'; }}
    location = /status {{ stub_status; }}
    location ~ ^/d20(/.*)$ {{ echo_sleep 0.020; echo_exec $1 $query_string; }}
  }}
}}
"""


if __name__ == "__main__":
    print(start(), flush=True)
    sys.stdin.read()
