// Certificates and keys: PEM text on one side, parsed once, OpenSSL on the other.
//
// TlsMaterial is what configuration reads; TlsIdentity is its parsed, checked, immutable form,
// applied to every new connection (the HTTP library makes a new SSL_CTX for each).
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "kubeclient/base/result.h"
#include "kubeclient/transport/secret.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace windlass {

struct TlsMaterial {
  std::string ca_pem;           // empty = the system's trust store
  std::string certificate_pem;  // client certificate, then its intermediates; empty = none
  Secret key_pem;
  std::string server_name;  // kubeconfig's tls-server-name; empty = the host of the server's URL
  bool insecure_skip_verify = false;
};

// Immutable, hence thread-safe.
class TlsIdentity {
 public:
  // Refuses (kConfig, without naming a source) a text with a damaged certificate, a CA text without
  // a certificate that could have issued another, a client certificate without its key, a key that
  // does not belong to it or is encrypted, and a client certificate that OpenSSL does not use (its
  // key is too short, say). Where verification is on and no CA is given, the system's trust store
  // is loaded: refused when there is none. `host` of the server's URL (an address without brackets)
  // is whom the server's certificate must name, unless the material has a server_name.
  static Result<std::shared_ptr<const TlsIdentity>> Parse(const TlsMaterial& material,
                                                          const std::string& host);
  // The same refusals, of what is given alone: the system's trust store is not looked at.
  static Status Check(const TlsMaterial& material);

  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  // TLS 1.2 or newer; trusts the cluster's CA alone, where one is given; demands the server's name
  // or address among the certificate's subjectAltNames, and tells the server which name is meant
  // (an address is told to nobody, RFC 6066 §3); presents our certificate. When OpenSSL refuses a
  // part, the context is left trusting nobody.
  void Apply(ssl_ctx_st* context) const;

  size_t ca_certificates() const;

 private:
  struct Impl;
  explicit TlsIdentity(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace windlass
