#!/usr/bin/env bash
# Makes the certificates in this folder anew. Needs OpenSSL 3. The tests need nothing of it: they read the files.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: > "$work/index"

# certificate NAME SUBJECT SIGNER FROM UNTIL EXTENSION...: a certificate with its key. A signer that is the name itself
# makes it self-signed. `openssl ca`, because it alone takes the dates.
certificate() {
  local name=$1 subject=$2 signer=$3 from=$4 until=$5
  shift 5
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$name.key.pem" 2> /dev/null
  openssl req -new -key "$name.key.pem" -subj "/CN=$subject" -out "$work/$name.csr"
  {
    printf '[ca]\ndefault_ca = d\n[d]\ndatabase = %s/index\nnew_certs_dir = %s\n' "$work" "$work"
    printf 'default_md = sha256\npolicy = p\nemail_in_dn = no\nunique_subject = no\nrand_serial = yes\n'
    printf '[p]\ncommonName = supplied\n[e]\n'
    printf '%s\n' "$@"
  } > "$work/conf"
  local by=(-cert "$signer.pem")
  if [ "$name" = "$signer" ]; then by=(-selfsign); fi
  openssl ca -batch -notext -config "$work/conf" -extensions e "${by[@]}" -keyfile "$signer.key.pem" \
    -startdate "$from" -enddate "$until" -in "$work/$name.csr" -out "$name.pem" 2> /dev/null
}

old=20200101000000Z
far=21200101000000Z
authority=('basicConstraints = critical, CA:TRUE' 'keyUsage = critical, keyCertSign, cRLSign' 'subjectKeyIdentifier = hash')
here=('basicConstraints = CA:FALSE' 'extendedKeyUsage = serverAuth' 'subjectAltName = DNS:localhost, IP:127.0.0.1')
certificate authority 'Assay test authority' authority $old $far "${authority[@]}"
certificate stranger 'Unknown test authority' stranger $old $far "${authority[@]}"
certificate localhost localhost authority $old $far "${here[@]}"
certificate expired localhost authority $old 20210101000000Z "${here[@]}"
certificate early localhost authority 21000101000000Z $far "${here[@]}"
certificate untrusted localhost stranger $old $far "${here[@]}"
certificate selfsigned localhost selfsigned $old $far "${here[@]}"
certificate elsewhere other.example authority $old $far 'basicConstraints = CA:FALSE' 'extendedKeyUsage = serverAuth' \
  'subjectAltName = DNS:other.example, DNS:*.other.example, IP:192.0.2.1'
certificate client assay authority $old $far 'basicConstraints = CA:FALSE' 'extendedKeyUsage = clientAuth'
openssl pkcs8 -topk8 -v2 aes-256-cbc -in client.key.pem -passout pass:opensesame -out client.encrypted.key.pem
# Nothing is signed by these any more.
rm authority.key.pem stranger.key.pem
chmod 644 ./*.pem
