// The machine's own trust store: for a kubeconfig that names no CA.
//
// The HTTP library has OpenSSL load that store into the context of every new connection, before our
// own replaces it: some 140 certificates, parsed for nothing. OpenSSL finds them
// by an environment variable, which is the only way to stop it.
#pragma once

#include <optional>
#include <string>

struct x509_store_st;  // OpenSSL's X509_STORE

namespace windlass {

// Points OpenSSL's default at an empty file, for this process alone. Before any other thread
// starts; later calls do nothing.
void HideSystemTrust();

// Adds the machine's trust store, hidden or not, to `store`; false when it has neither the file nor
// the directory. The file is read now, the directory when something is verified.
bool AddSystemTrust(x509_store_st* store);

// What SSL_CERT_FILE was before it was hidden; nullopt = it was not set. Child processes, should
// there be any, are to get this one.
const std::optional<std::string>& OriginalCertFile();

}  // namespace windlass
