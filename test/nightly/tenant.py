"""What a tenant of one namespace does to the API server, for tenants_test.sh.

It speaks to `kubectl proxy`, whose address is the first argument. Objects are sent as protobuf:
kubectl would write a `<` as six bytes, and the API server takes bodies of 3 MiB.

  make KIND NAMESPACE NAME FILL SIZE COUNT   creates NAME-1… of about SIZE bytes each in etcd
  brim NAMESPACE NAME                  creates a Deployment that can grow by less than 64 bytes
  edit PATH SECONDS                    changes an annotation twice a second
  status PATH                          prints the answer to a status patch of 1 KB
  line PATH NAME                       prints the bytes of the object's watch line
  webhook PORT CERTIFICATE KEY CODE HOW   serves a webhook that says no (HOW: denies, answers; long:
                                         with a message of 1.2 MB), or nothing (HOW: hangs)
  pods NAMESPACE NODE COUNT            creates a Node without a kubelet, and COUNT Pods on it
  flip NODE SECONDS                    makes the Node ready and unready, as often as it can

FILL is what the object consists of:
  less-than   one argument of `<`, which JSON writes as six bytes
  terms       terms of an anti-affinity, which JSON makes 7.6 times as large
  letters     one argument of letters, as large in JSON
"""

import collections
import concurrent.futures
import http.server
import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.request

PROTOBUF = 'application/vnd.kubernetes.protobuf'
MERGE = 'application/merge-patch+json'
GROUPS = {'Deployment': 'apis/apps/v1', 'ReplicaSet': 'apis/apps/v1', 'Pod': 'api/v1'}
server = ''


def request(method, path, body=None, content_type='application/json'):
    """Returns the HTTP code and the body of the answer."""
    ask = urllib.request.Request(f'http://{server}/{path}', body, method=method)
    ask.add_header('Content-Type', content_type)
    ask.add_header('Accept', 'application/json')
    try:
        with OPENER.open(ask, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def path_of(kind, namespace):
    return f'{GROUPS[kind]}/namespaces/{namespace}/{kind.lower()}s'


# --- protobuf ---


def varint(number):
    out = b''
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(tag, content):
    if isinstance(content, int):
        return varint(tag << 3) + varint(content)
    content = content.encode() if isinstance(content, str) else content
    return varint(tag << 3 | 2) + varint(len(content)) + content


def strings(tag, items):
    return b''.join(field(tag, field(1, key) + field(2, value)) for key, value in items.items())


def pod_spec(fill, size, scheduler):
    arguments = affinity = b''
    if fill == 'terms':
        term = field(1, b'') + field(3, 'a') + field(4, b'') + field(5, 'b') + field(6, 'c')
        entry = field(2, field(1, 100) + field(2, term))
        affinity = field(18, field(3, entry * (size // len(entry))))
    else:
        arguments = field(4, {'less-than': '<', 'letters': 'x'}[fill] * size)
    spec = field(2, field(1, 'app') + field(2, 'app:v1') + arguments) + affinity
    return spec + (field(19, 'nobody') if scheduler else b'')


def encoded(kind, namespace, name, fill, size, annotations):
    labels = {'app': name}
    meta = field(1, name) + field(3, namespace) + strings(11, labels) + strings(12, annotations)
    spec = pod_spec(fill, size, kind == 'Pod')
    if kind != 'Pod':
        template = field(1, strings(11, labels)) + field(2, spec)
        spec = field(1, 0) + field(2, strings(1, labels)) + field(3, template)
    group = 'v1' if kind == 'Pod' else 'apps/v1'
    return b'k8s\0' + field(1, field(1, group) + field(2, kind)) + field(
        2, field(1, meta) + field(2, spec))


# --- deeds ---


def make(kind, namespace, name, fill, size, annotations):
    body = encoded(kind, namespace, name, fill, size, annotations)
    return request('POST', path_of(kind, namespace), body, PROTOBUF)


def annotate(path, **annotations):
    body = json.dumps({'metadata': {'annotations': annotations}}).encode()
    return request('PATCH', path, body, MERGE)


def brim(namespace, name):
    """Prints how many bytes of an annotation fit, and the answer to one more step."""
    path = f'{path_of("Deployment", namespace)}/{name}'
    code, answer = make('Deployment', namespace, name, 'letters', 1_570_000, {})
    if code != 201:
        sys.exit(f'{code} {answer[:400]}')
    fits, refused, text = 0, 4000, None
    while refused - fits > 32:
        middle = (fits + refused) // 2
        code, answer = annotate(path, edit='%06d' % 0, pad='x' * middle)
        if code == 200:
            fits = middle
        else:
            refused, text = middle, f'{code} {answer.decode().strip()}'
    print(f'{fits} bytes fit, {refused} are refused: {text}')


def edit(path, seconds):
    codes = collections.Counter()
    end = time.monotonic() + seconds
    number = 0
    while time.monotonic() < end:
        number += 1
        began = time.monotonic()
        codes[annotate(path, edit='%06d' % number)[0]] += 1
        time.sleep(max(0.0, 0.5 - (time.monotonic() - began)))
    print(f'{number} edits: ' + ', '.join(f'{n} times {code}' for code, n in codes.items()))


def status(path):
    conditions = [{'type': 'Tenant', 'status': 'True', 'message': 'x' * 1000}]
    body = json.dumps({'status': {'conditions': conditions}}).encode()
    code, answer = request('PATCH', f'{path}/status', body, MERGE)
    print(code, answer.decode().strip()[:600])


def line(path, name):
    query = f'{path}?watch=1&timeoutSeconds=2&fieldSelector=metadata.name={name}'
    print(max(map(len, request('GET', query)[1].split(b'\n'))))


def pods(namespace, node, count):
    body = json.dumps({'metadata': {'name': node}}).encode()
    code, answer = request('POST', 'api/v1/nodes', body)
    if code != 201:
        sys.exit(f'{code} {answer.decode()[:400]}')

    def create(number):
        pod = {'metadata': {'name': f'far-{number}', 'labels': {'app': 'far'}},
               'spec': {'nodeName': node, 'containers': [{'name': 'app', 'image': 'app:v1'}]}}
        return request('POST', path_of('Pod', namespace), json.dumps(pod).encode())[0]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        print(dict(collections.Counter(pool.map(create, range(count)))))


def flip(node, seconds):
    codes = collections.Counter()
    end = time.monotonic() + seconds
    number = 0
    while time.monotonic() < end:
        number += 1
        ready = {'type': 'Ready', 'status': str(number % 2 == 1)}
        body = json.dumps({'status': {'conditions': [ready]}}).encode()
        codes[request('PATCH', f'api/v1/nodes/{node}/status', body,
                      'application/strategic-merge-patch+json')[0]] += 1
    print(f'{number} flips: ' + ', '.join(f'{n} times {code}' for code, n in codes.items()))


class Webhook(http.server.BaseHTTPRequestHandler):
    code, how = 503, 'denies'

    def do_POST(self):
        review = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        if self.how == 'hangs':
            self.connection.recv(1)  # until the API server gives up
            return
        message = 'no' * 600000 if self.how == 'long' else 'not now'
        status = {'code': self.code, 'message': message}
        body = json.dumps({
            'apiVersion': 'admission.k8s.io/v1', 'kind': 'AdmissionReview',
            'response': {'uid': review['request']['uid'], 'allowed': False, 'status': status}
        }).encode()
        self.send_response(self.code if self.how == 'answers' else 200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def webhook(port, certificate, key, code, how):
    Webhook.code, Webhook.how = code, how
    serving = http.server.ThreadingHTTPServer(('127.0.0.1', port), Webhook)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    serving.socket = context.wrap_socket(serving.socket, server_side=True)
    print('ready', serving.server_port, flush=True)
    serving.serve_forever()


def main():
    global server
    server, deed, *rest = sys.argv[1:]
    if deed == 'make':
        kind, namespace, name, fill, size, count = rest
        # So many bytes of annotations, if the environment says so.
        annotations = {'large': '<' * int(os.environ.get('ANNOTATION', 0))}
        for number in range(1, int(count) + 1):
            code, answer = make(kind, namespace, f'{name}-{number}', fill, int(size), annotations)
            if code != 201:
                sys.exit(f'{code} {answer.decode()[:400]}')
        print(code)
    elif deed == 'brim':
        brim(*rest)
    elif deed == 'edit':
        edit(rest[0], float(rest[1]))
    elif deed == 'status':
        status(*rest)
    elif deed == 'line':
        line(*rest)
    elif deed == 'pods':
        pods(*rest[:2], int(rest[2]))
    elif deed == 'flip':
        flip(rest[0], float(rest[1]))
    elif deed == 'webhook':
        webhook(int(rest[0]), rest[1], rest[2], int(rest[3]), rest[4])


main()
