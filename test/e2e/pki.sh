# The test's own certificates, and a control plane that uses them. Source it after lib.sh.
#
#   new_ca one; sign one server "subjectAltName=IP:127.0.0.1" /CN=kube-apiserver
#   start_cluster_of one two --nodes 1   # serves with one's certificate, its users trust both
PKI=$WORK/pki
mkdir -p "$PKI"

# new_ca NAME: makes NAME.crt and NAME.key.
new_ca() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign \
    -keyout "$PKI/$1.key" -out "$PKI/$1.crt" 2>/dev/null
}

# sign CA NAME EXTENSIONS SUBJECT: makes NAME.crt and NAME.key, for servers and clients.
sign() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$4" \
    -keyout "$PKI/$2.key" -out "$PKI/$2.csr" 2>/dev/null
  printf 'basicConstraints=critical,CA:FALSE\n%s\n' "$3" >"$PKI/$2.ext"
  openssl x509 -req -in "$PKI/$2.csr" -CA "$PKI/$1.crt" -CAkey "$PKI/$1.key" -days 2 \
    -set_serial "0x$(openssl rand -hex 8)" -extfile "$PKI/$2.ext" -out "$PKI/$2.crt" 2>/dev/null
}
serving_names="subjectAltName=IP:127.0.0.1,IP:::1,IP:10.0.0.1,DNS:localhost,DNS:kubernetes,\
DNS:kubernetes.default,DNS:kubernetes.default.svc"

# serve_with CA: gives the API server a certificate signed by CA. The API server notices it.
serve_with() {
  sign "$1" "serving-by-$1" "$serving_names" /CN=kube-apiserver
  replace "$PKI/serving-by-$1.key" "$DATA/pki/apiserver.key"
  replace "$PKI/serving-by-$1.crt" "$DATA/pki/apiserver.crt"
}
# replace FROM TO: replaces TO in one step, so that no program reads half of it.
replace() { cp "$1" "$2.new" && mv "$2.new" "$2"; }
# served_by CA: true if a new connection gets a certificate of that CA.
served_by() {
  openssl s_client -connect "$API" -CAfile "$PKI/$1.crt" -verify_return_error </dev/null
}

# start_cluster_of CA OTHER [options of up]: its users trust both CAs from the beginning. It accepts
# client certificates that "clients" has signed.
start_cluster_of() {
  local first=$1 other=$2
  shift 2
  new_ca "$first" && new_ca "$other" && new_ca clients
  mkdir -p "$DATA/pki"
  printf '{}' >"$DATA/cluster.json" # the folder looks like that of a stopped cluster
  serve_with "$first"
  openssl ecparam -name prime256v1 -genkey -noout -out "$DATA/pki/sa.key"
  openssl ec -in "$DATA/pki/sa.key" -pubout -out "$DATA/pki/sa.pub" 2>/dev/null
  cat "$PKI/$first.crt" "$PKI/$other.crt" >"$DATA/pki/ca.crt"
  start_cluster "$@"
  sed -i "s|^\( *\)\"--allow-privileged\",|&\n\1\"--client-ca-file=$PKI/clients.crt\",|" \
    "$DATA/cluster.json"
  grep -q -- --client-ca-file "$DATA/cluster.json" || fail "the API server's arguments have changed"
  cluster restart apiserver
  until_true 60 "the API server is back" kubectl get --raw /readyz
  API=$(sed -n 's|^ *server: https://||p' "$DATA/admin.kubeconfig")
}

# token_of USER: prints the token in USER.kubeconfig.
token_of() { sed -n 's/^ *token: //p' "$DATA/$1.kubeconfig"; }
