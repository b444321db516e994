// Asks one page from PROD's own machine, with whatever of a handful of tools it has.

/** In the order of preference. */
export const httpTools = ["curl", "wget", "python3", "perl", "bash", "node", "nc"] as const;

export type HttpTool = (typeof httpTools)[number];

export const mostBodyBytes = 64 * 1024;

/** The status line and headers come with the body. */
const mostBytes = mostBodyBytes + 16 * 1024;

/**
 * `$1` address, `$2` seconds, `$3` tools that may be used, `$4` host, `$5` port, `$6` path and query, `$7` Host header,
 * `$8` Authorization header or nothing.
 *
 * Prints the tool's name in a line, then the answer as it came; on stderr what the tool said and at last `rc=<exit code>
 * ms=<time>`. One request, no redirect followed, no proxy asked. The address, which may hold a password, reaches every
 * tool by standard input or environment and never as an argument, which others on the machine could read.
 */
export const httpScript = `
url=$1 limit=$2
export LC_ALL=C
clock() { now=$(date +%s%N); case $now in *[!0-9]*) now=$(date +%s)000000000 ;; esac; }
usable() {
  case " $3 " in *" $1 "*) ;; *) return 1 ;; esac
  command -v "$1" >/dev/null 2>&1 || return 1
  case $1 in
    wget) wget --version 2>/dev/null | head -n 1 | grep -q "GNU Wget 1" ;;
    python3) python3 -I -c 'import http.client, ssl' >/dev/null 2>&1 ;;
    perl) [ "$2" = http ] && perl -MIO::Socket::INET -e 1 >/dev/null 2>&1 ;;
    bash | nc) [ "$2" = http ] ;;
    node) node -e 0 >/dev/null 2>&1 ;;
  esac
}
tool=
for one in ${httpTools.join(" ")}; do
  if usable "$one" "\${url%%:*}" "$3"; then tool=$one; break; fi
done
[ -n "$tool" ] || { echo none; exit 0; }
echo "$tool"
ask_url=$url ask_limit=$limit ask_host=$4 ask_port=$5 ask_path=$6 ask_header=$7 ask_auth=$8
export ask_url ask_limit ask_host ask_port ask_path ask_header ask_auth
request() {
  printf 'GET %s HTTP/1.0\\r\\nHost: %s\\r\\nUser-Agent: passerelle\\r\\nAccept: */*\\r\\nConnection: close\\r\\n' "$ask_path" "$ask_header"
  [ -z "$ask_auth" ] || printf 'Authorization: %s\\r\\n' "$ask_auth"
  printf '\\r\\n'
}
ask() {
  case $tool in
    curl)
      printf 'url = "%s"\\n' "$url" |
        timeout -k 1 "$((limit + 2))" curl -q -sS -i -g --noproxy '*' --max-time "$limit" --proto '=http,https' -A passerelle -K - ;;
    wget)
      printf '%s\\n' "$url" |
        timeout -k 1 "$limit" wget -nv -S --content-on-error --max-redirect=0 --tries=1 --no-proxy --no-hsts --auth-no-challenge --timeout="$limit" -U passerelle -O - -i - ;;
    python3)
      timeout -k 1 "$limit" python3 -I -c '
import http.client, os, ssl, sys
e = os.environ
connection = http.client.HTTPSConnection if e["ask_url"].startswith("https:") else http.client.HTTPConnection
try:
    c = connection(e["ask_host"], int(e["ask_port"]), timeout=int(e["ask_limit"]))
    headers = {"Host": e["ask_header"], "User-Agent": "passerelle", "Accept": "*/*"}
    if e["ask_auth"]: headers["Authorization"] = e["ask_auth"]
    c.request("GET", e["ask_path"], headers=headers)
    r = c.getresponse()
    out = sys.stdout.buffer
    out.write(b"HTTP/1.1 %d x\\r\\n" % r.status)
    for name, value in r.getheaders(): out.write(("%s: %s\\r\\n" % (name, value)).encode("latin-1", "replace"))
    out.write(b"\\r\\n")
    out.flush()
    left = ${mostBodyBytes}
    while left > 0:
        piece = r.read1(left)
        if not piece: break
        out.write(piece)
        out.flush()
        left -= len(piece)
except BrokenPipeError:
    pass
except Exception as error:
    sys.stderr.write("%s: %s\\n" % (type(error).__name__, error))
    sys.exit(1)
' ;;
    perl)
      request | timeout -k 1 "$limit" perl -MIO::Socket::INET -e '
$SIG{PIPE} = sub { exit 0 };
$| = 1;
my $s = IO::Socket::INET->new(PeerAddr => $ENV{ask_host}, PeerPort => $ENV{ask_port}, Timeout => $ENV{ask_limit}) or die "$@\\n";
local $/;
print $s scalar <STDIN>;
$s->flush;
while (sysread($s, my $piece, 8192)) { print $piece }
' ;;
    bash)
      request | timeout -k 1 "$limit" bash -c '
exec 3<>"/dev/tcp/$ask_host/$ask_port" || exit 7
cat >&3
cat <&3
' ;;
    node)
      timeout -k 1 "$limit" node -e '
const e = process.env, secure = e.ask_url.startsWith("https:");
const headers = { Host: e.ask_header, "User-Agent": "passerelle", Accept: "*/*" };
if (e.ask_auth) headers.Authorization = e.ask_auth;
process.stdout.on("error", () => process.exit(0));
let left = ${mostBodyBytes};
const fail = (error) => { console.error((error.code || "") + " " + error.message); process.exit(1); };
require(secure ? "https" : "http").get({ host: e.ask_host, port: e.ask_port, path: e.ask_path, headers, agent: false }, (r) => {
  const lines = ["HTTP/1.1 " + r.statusCode + " x"];
  for (const name of Object.keys(r.headers)) lines.push(name + ": " + r.headers[name]);
  process.stdout.write(lines.join("\\r\\n") + "\\r\\n\\r\\n");
  r.on("data", (piece) => {
    process.stdout.write(piece.subarray(0, left));
    left -= piece.length;
    if (left <= 0) process.exit(0);
  });
  r.on("error", fail);
  r.on("end", () => process.exit(0));
}).on("error", fail);
' ;;
    nc)
      # Some servers drop a request whose sender closes its side: this pipe, open both ways, does not end.
      pipe=$(mktemp -d) && mkfifo "$pipe/pipe" && exec 5<>"$pipe/pipe"
      rm -rf -- "$pipe"
      request >&5
      timeout -k 1 "$limit" nc "$ask_host" "$ask_port" <&5 ;;
  esac
}
clock
began=$now
{
  ask
  code=$?
  clock
  printf '\\nrc=%s ms=%s\\n' "$code" "$(((now - began) / 1000000))" >&2
} | head -c ${mostBytes}
`;
