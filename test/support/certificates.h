// Makes certificates at run time, so that the repository contains no test key and none expires.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace windlass {

struct PemPair {
  std::string certificate_pem;
  std::string key_pem;
};

struct Subject {
  std::string common_name;
  std::vector<std::string> alternative_names;  // as OpenSSL writes them: "DNS:name", "IP:127.0.0.1"
  int rsa_bits = 0;                            // bits of its RSA key; 0: a key on the curve P-256
};

class CertificateAuthority {
 public:
  explicit CertificateAuthority(const std::string& common_name);
  // Makes an intermediate authority.
  CertificateAuthority(const std::string& common_name, const CertificateAuthority& issuer);
  ~CertificateAuthority();
  CertificateAuthority(const CertificateAuthority&) = delete;
  CertificateAuthority& operator=(const CertificateAuthority&) = delete;

  std::string certificate_pem() const;
  // Issues a leaf certificate for servers and clients.
  PemPair Issue(const Subject& subject);

 private:
  struct Impl;
  void Sign(const Impl& issuer);

  std::unique_ptr<Impl> impl_;
};

// Returns the same key, encrypted with a passphrase.
std::string EncryptKey(const std::string& key_pem);

}  // namespace windlass
