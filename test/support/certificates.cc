#include "test/support/certificates.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "kubeclient/base/assert.h"

namespace windlass {
namespace {

std::string Text(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<size_t>(size));
  BIO_free(bio);
  return text;
}

std::string Pem(X509* certificate) {
  BIO* bio = BIO_new(BIO_s_mem());
  WL_ASSERT(PEM_write_bio_X509(bio, certificate) == 1);
  return Text(bio);
}

std::string Pem(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  WL_ASSERT(PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return Text(bio);
}

void AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  WL_ASSERT(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

X509* NewCertificate(EVP_PKEY* key, const std::string& common_name, long serial) {
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
  X509_set_pubkey(certificate, key);
  const auto* name = reinterpret_cast<const unsigned char*>(common_name.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, name, -1, -1,
                             0);
  return certificate;
}

}  // namespace

struct CertificateAuthority::Impl {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = nullptr;
  long serial = 1;
};

CertificateAuthority::CertificateAuthority(const std::string& common_name)
    : impl_(std::make_unique<Impl>()) {
  impl_->certificate = NewCertificate(impl_->key, common_name, impl_->serial);
  Sign(*impl_);
}

CertificateAuthority::CertificateAuthority(const std::string& common_name,
                                           const CertificateAuthority& issuer)
    : impl_(std::make_unique<Impl>()) {
  impl_->certificate = NewCertificate(impl_->key, common_name, ++issuer.impl_->serial);
  Sign(*issuer.impl_);
}

void CertificateAuthority::Sign(const Impl& issuer) {
  X509_set_issuer_name(impl_->certificate, X509_get_subject_name(issuer.certificate));
  AddExtension(impl_->certificate, issuer.certificate, NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(impl_->certificate, issuer.certificate, NID_key_usage, "critical,keyCertSign");
  WL_ASSERT(X509_sign(impl_->certificate, issuer.key, EVP_sha256()) > 0);
}

CertificateAuthority::~CertificateAuthority() {
  X509_free(impl_->certificate);
  EVP_PKEY_free(impl_->key);
}

std::string CertificateAuthority::certificate_pem() const { return Pem(impl_->certificate); }

PemPair CertificateAuthority::Issue(const Subject& subject) {
  EVP_PKEY* key = subject.rsa_bits > 0 ? EVP_RSA_gen(static_cast<unsigned>(subject.rsa_bits))
                                       : EVP_EC_gen("P-256");
  WL_ASSERT(key != nullptr);
  X509* certificate = NewCertificate(key, subject.common_name, ++impl_->serial);
  X509_set_issuer_name(certificate, X509_get_subject_name(impl_->certificate));
  AddExtension(certificate, impl_->certificate, NID_basic_constraints, "critical,CA:FALSE");
  std::string names;
  for (const std::string& name : subject.alternative_names) {
    names += (names.empty() ? "" : ",") + name;
  }
  if (!names.empty()) AddExtension(certificate, impl_->certificate, NID_subject_alt_name, names);
  WL_ASSERT(X509_sign(certificate, impl_->key, EVP_sha256()) > 0);
  PemPair pair{Pem(certificate), Pem(key)};
  X509_free(certificate);
  EVP_PKEY_free(key);
  return pair;
}

std::string EncryptKey(const std::string& key_pem) {
  BIO* in = BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size()));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
  BIO_free(in);
  WL_ASSERT(key != nullptr);
  BIO* out = BIO_new(BIO_s_mem());
  char passphrase[] = "passphrase";
  WL_ASSERT(PEM_write_bio_PKCS8PrivateKey(out, key, EVP_aes_256_cbc(), passphrase, 10, nullptr,
                                          nullptr) == 1);
  EVP_PKEY_free(key);
  return Text(out);
}

}  // namespace windlass
