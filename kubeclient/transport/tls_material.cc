#include "kubeclient/transport/tls_material.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <string_view>
#include <utility>
#include <vector>

#include "kubeclient/transport/server_url.h"
#include "kubeclient/transport/system_trust.h"

namespace windlass {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;
using Certificates = std::vector<Owned<X509>>;

Error WrongTls(std::string message) { return {ErrorKind::kConfig, std::move(message)}; }

// Returns all certificates of a PEM text and skips other blocks, such as a key. Returns an error if
// one certificate is damaged, because OpenSSL reads no certificate after a damaged one. The message
// begins with `whose`.
Result<Certificates> ReadCertificates(std::string_view pem, const std::string& whose) {
  Certificates certificates;
  const Owned<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) return WrongTls("OpenSSL has no memory for a certificate");
  ERR_clear_error();
  for (;;) {
    Owned<X509> next(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!next) break;
    certificates.push_back(std::move(next));
  }
  const unsigned long end = ERR_peek_last_error();
  ERR_clear_error();
  if (ERR_GET_LIB(end) == ERR_LIB_PEM && ERR_GET_REASON(end) == PEM_R_NO_START_LINE) {
    return certificates;  // OpenSSL reports the end of the text as this error
  }
  return WrongTls(whose + ": certificate " + std::to_string(certificates.size() + 1) +
                  " is damaged");
}

// Gives OpenSSL no passphrase, because a daemon has no user to ask.
int NoPassphrase(char*, int, int, void*) { return -1; }

Result<Owned<EVP_PKEY>> ReadKey(std::string_view pem) {
  const Owned<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Owned<EVP_PKEY> key;
  if (bio) key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, &NoPassphrase, nullptr));
  ERR_clear_error();
  if (key) return key;
  if (pem.find("ENCRYPTED") != std::string_view::npos) {
    return WrongTls("the client key is encrypted: give a key without a passphrase");
  }
  return WrongTls("the client key is not a private key in PEM form");
}

// Returns true if `certificate` may sign others, or is self-signed. If the CA bundle has no such
// certificate, every handshake fails, and OpenSSL's message does not say why (BI-06).
bool CanIssue(X509* certificate) {
  return X509_check_ca(certificate) != 0 || X509_self_signed(certificate, 0) == 1;
}

// Lets OpenSSL alone verify the server's certificate, chain and name; DemandName has set the name.
// Replaces the HTTP library's callback, which compares the certificate with the whole Host header,
// port and brackets included.
int VerifyChainAndName(X509_STORE_CTX* chain, void*) {
  X509_STORE_CTX_set_verify_cb(chain, [](int accepted, X509_STORE_CTX*) { return accepted; });
  return X509_verify_cert(chain);
}

// Sends the server's name (SNI), if it is not an IP address. OpenSSL calls this function at each
// step of a handshake. The function acts only at the start, just before OpenSSL writes the
// ClientHello, which contains the name.
void NameServer(const SSL* connection, int where, int) {
  if (where != SSL_CB_HANDSHAKE_START) return;
  SSL* const ssl = const_cast<SSL*>(connection);
  char* const name = X509_VERIFY_PARAM_get0_host(SSL_get0_param(ssl), 0);
  if (name != nullptr) {
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name);
  }
}

}  // namespace

struct TlsIdentity::Impl {
  Owned<X509_STORE> trusted;  // the cluster's CA if one is given, otherwise the system's
  size_t trusted_count = 0;   // certificates of the cluster's CA
  std::string server_name;
  Certificates chain;  // our client certificate, then its intermediates
  Owned<EVP_PKEY> key;

  Status Read(const TlsMaterial& material);
  Status ReadTrusted(std::string_view pem);
  Status ReadOwn(const TlsMaterial& material);
  bool DemandName(SSL_CTX* context) const;
  bool Present(SSL_CTX* context) const;
  Status TryToPresent() const;
};

Status TlsIdentity::Impl::ReadTrusted(std::string_view pem) {
  WINDLASS_TRY(const Certificates certificates, ReadCertificates(pem, "the CA"));
  if (certificates.empty()) return WrongTls("the CA contains no certificate in PEM form");
  bool issuer = false;
  for (const Owned<X509>& certificate : certificates) {
    issuer = issuer || CanIssue(certificate.get());
    if (X509_STORE_add_cert(trusted.get(), certificate.get()) != 1) {
      ERR_clear_error();
      return WrongTls("the CA contains a certificate that OpenSSL refuses");
    }
  }
  if (!issuer) {
    return WrongTls(
        "the CA contains only certificates that cannot issue others: give the certificate of their "
        "issuer");
  }
  trusted_count = certificates.size();
  return Unit{};
}

Status TlsIdentity::Impl::ReadOwn(const TlsMaterial& material) {
  if (material.certificate_pem.empty())
    return WrongTls("a client key is given without a certificate");
  if (material.key_pem.empty()) return WrongTls("a client certificate is given without its key");
  WINDLASS_TRY(chain, ReadCertificates(material.certificate_pem, "the client certificate"));
  if (chain.empty()) return WrongTls("the client certificate is not a certificate in PEM form");
  WINDLASS_TRY(key, ReadKey(material.key_pem.Reveal()));
  if (X509_check_private_key(chain.front().get(), key.get()) != 1) {
    ERR_clear_error();
    return WrongTls("the client key does not belong to the client certificate");
  }
  return TryToPresent();
}

bool TlsIdentity::Impl::Present(SSL_CTX* context) const {
  bool ok = SSL_CTX_use_certificate(context, chain.front().get()) == 1;
  ok = ok && SSL_CTX_use_PrivateKey(context, key.get()) == 1;
  for (size_t i = 1; i < chain.size(); ++i) {
    ok = ok && SSL_CTX_add1_chain_cert(context, chain[i].get()) == 1;
  }
  return ok;
}

// Tries the client certificate on a temporary context, because OpenSSL refuses short keys and weak
// digests only when they are used. With this try, a refusal is reported as a wrong configuration,
// and the present identity stays in use.
Status TlsIdentity::Impl::TryToPresent() const {
  ERR_clear_error();
  const Owned<SSL_CTX> scratch(SSL_CTX_new(TLS_client_method()));
  if (scratch && Present(scratch.get())) return Unit{};
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return WrongTls(std::string("OpenSSL refuses the client certificate: ") +
                  (reason != nullptr ? reason : "it gives no reason"));
}

TlsIdentity::TlsIdentity(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsIdentity::~TlsIdentity() = default;

Status TlsIdentity::Impl::Read(const TlsMaterial& material) {
  trusted.reset(X509_STORE_new());
  if (!trusted) return WrongTls("OpenSSL has no memory for a trust store");
  if (!material.ca_pem.empty()) {
    const Status read = ReadTrusted(material.ca_pem);
    if (!read.ok()) return read;
  }
  if (material.certificate_pem.empty() && material.key_pem.empty()) return Unit{};
  return ReadOwn(material);
}

Status TlsIdentity::Check(const TlsMaterial& material) { return Impl().Read(material); }

Result<std::shared_ptr<const TlsIdentity>> TlsIdentity::Parse(const TlsMaterial& material,
                                                              const std::string& host) {
  auto impl = std::make_unique<Impl>();
  impl->server_name = material.server_name.empty() ? host : material.server_name;
  const Status read = impl->Read(material);
  if (!read.ok()) return read.error();
  const bool system_trust = material.ca_pem.empty() && !material.insecure_skip_verify;
  if (system_trust && !AddSystemTrust(impl->trusted.get())) {
    return WrongTls(
        "no CA is given, and this machine has no CA certificates: give certificate-authority");
  }
  return std::shared_ptr<const TlsIdentity>(new TlsIdentity(std::move(impl)));
}

// Tells OpenSSL which name the server's certificate must have. Like Go, we ignore the common name
// in the certificate's subject.
bool TlsIdentity::Impl::DemandName(SSL_CTX* context) const {
  X509_VERIFY_PARAM* const wanted = SSL_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_hostflags(
      wanted, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // Trust every certificate in the given CA, even an intermediate certificate signed by another CA.
  X509_VERIFY_PARAM_set_flags(wanted, X509_V_FLAG_PARTIAL_CHAIN);
  SSL_CTX_set_cert_verify_callback(context, &VerifyChainAndName, nullptr);
  SSL_CTX_set_info_callback(context, &NameServer);
  if (IsIpLiteral(server_name)) {
    return X509_VERIFY_PARAM_set1_ip_asc(wanted, server_name.c_str()) == 1;
  }
  return X509_VERIFY_PARAM_set1_host(wanted, server_name.data(), server_name.size()) == 1;
}

void TlsIdentity::Apply(ssl_ctx_st* context) const {
  bool ok = SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
  ok = impl_->DemandName(context) && ok;
  // Our store replaces the default store of the library, so nothing else is trusted.
  SSL_CTX_set1_cert_store(context, impl_->trusted.get());
  // Makes OpenSSL free a connection's 34 KiB of buffers while the connection is idle in the pool.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  if (impl_->key) ok = ok && impl_->Present(context);
  if (ok) return;
  ERR_clear_error();
  SSL_CTX_set_cert_store(context, X509_STORE_new());
}

size_t TlsIdentity::ca_certificates() const { return impl_->trusted_count; }

}  // namespace windlass
