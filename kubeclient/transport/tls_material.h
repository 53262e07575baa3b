// Certificates and keys for TLS, as PEM text and as parsed for OpenSSL.
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

// The largest PEM text of certificates, or of a key, that is read. For comparison: a large CA
// bundle has 200 KiB.
inline constexpr size_t kPemBytesMax = size_t{1} << 20U;

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
  // The server's certificate must be valid for material.server_name, or for `host` if server_name
  // is empty. `host` is the host of the server's URL (if it is an IPv6 address, without brackets).
  // Loads the system's trust store if `material` has no CA and insecure_skip_verify is false.
  //
  // Returns kConfig, with a message that names no file, if:
  //   - a certificate or the key cannot be read, or the key is encrypted;
  //   - the CA has neither a certificate that may issue others nor a self-signed one;
  //   - the client certificate comes without its key, or the key without its certificate;
  //   - the key belongs to another certificate;
  //   - OpenSSL refuses the client certificate, for example because its key is too short;
  //   - the system's trust store is needed and there is none.
  static Result<std::shared_ptr<const TlsIdentity>> Parse(const TlsMaterial& material,
                                                          const std::string& host);
  // Returns the same errors as Parse, but does not look at the system's trust store.
  static Status Check(const TlsMaterial& material);

  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  // Sets up the context of a new connection:
  //   - TLS 1.2 or newer;
  //   - trusts the cluster's CA alone if one is given, otherwise the store that Parse loaded;
  //   - demands the server's name or address among the certificate's subjectAltNames;
  //   - sends the server's name as SNI; an address is not sent (RFC 6066 §3);
  //   - presents our client certificate, if there is one.
  // If OpenSSL refuses a setting, the context trusts no server. Every handshake then fails, unless
  // the caller has switched verification off.
  void Apply(ssl_ctx_st* context) const;

  // Returns the number of certificates in the given CA; 0 if none was given.
  size_t ca_certificates() const;

 private:
  struct Impl;
  explicit TlsIdentity(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace windlass
