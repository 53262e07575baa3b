#include "kubeclient/transport/system_trust.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace windlass {
namespace {

constexpr char kNothing[] = "/dev/null";

// Returns the value that SSL_CERT_FILE had at the first call of this function. HideSystemTrust
// makes that call before it changes the variable.
const std::optional<std::string>& CertFileVariable() {
  static const std::optional<std::string> kValue = [] {
    const char* text = std::getenv(X509_get_default_cert_file_env());
    return text == nullptr ? std::nullopt : std::optional<std::string>(text);
  }();
  return kValue;
}

std::string CertDirectory() {
  const char* text = std::getenv(X509_get_default_cert_dir_env());
  return text == nullptr ? X509_get_default_cert_dir() : text;
}

}  // namespace

void HideSystemTrust() {
  static const bool kHidden = [] {
    CertFileVariable();
    return setenv(X509_get_default_cert_file_env(), kNothing, 1) == 0;
  }();
  static_cast<void>(kHidden);
}

bool AddSystemTrust(x509_store_st* store) {
  const std::string file = CertFileVariable().value_or(X509_get_default_cert_file());
  const bool from_file = X509_STORE_load_file(store, file.c_str()) == 1;
  // OpenSSL accepts any name here, and opens the directory only when it verifies a certificate. So
  // we check the directory first.
  const std::string directory = CertDirectory();
  std::error_code ignored;
  const bool from_directory = std::filesystem::is_directory(directory, ignored) &&
                              X509_STORE_load_path(store, directory.c_str()) == 1;
  ERR_clear_error();  // the file or the directory may have failed; one of them is enough
  return from_file || from_directory;
}

const std::optional<std::string>& OriginalCertFile() { return CertFileVariable(); }

}  // namespace windlass
