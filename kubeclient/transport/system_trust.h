// The machine's own trust store, which we use if a kubeconfig names no CA.
//
// The HTTP library makes OpenSSL load that store into the context of every new connection. OpenSSL
// then parses some 140 certificates, and uses none of them, because our own store replaces that
// store. We can prevent this only by a change of the environment variable that names the store.
#pragma once

#include <optional>
#include <string>

struct x509_store_st;  // OpenSSL's X509_STORE

namespace windlass {

// Sets SSL_CERT_FILE to an empty file in the environment of this process. Call it before any other
// thread starts; later calls do nothing.
void HideSystemTrust();

// Adds the machine's trust store to `store`, even after HideSystemTrust. Reads the certificate file
// now; OpenSSL reads the certificate directory when it verifies. Returns false if neither can be
// used.
bool AddSystemTrust(x509_store_st* store);

// Returns SSL_CERT_FILE as it was before HideSystemTrust, or nullopt if it was not set. Child
// processes must get this value.
const std::optional<std::string>& OriginalCertFile();

}  // namespace windlass
