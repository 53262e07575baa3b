// For tests of LoadConfig: a machine with files and an environment, and short ways to write a
// kubeconfig.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/config/kubeconfig.h"
#include "test/support/certificates.h"
#include "test/support/folder.h"

namespace windlass {

inline bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// One CA and two client certificates, shared by the tests of a program.
struct Pki {
  CertificateAuthority ca{"cluster CA"};
  PemPair admin = ca.Issue({"admin", {}});
  PemPair other = ca.Issue({"other", {}});
};
inline const Pki& ThePki() {
  static const Pki kPki;
  return kPki;
}

// Returns a kubeconfig with one context, from the fields of its cluster and its user.
inline std::string File(const std::string& cluster, const std::string& user,
                        const std::string& context = "{cluster: c, user: u, namespace: prod}") {
  return "apiVersion: v1\nkind: Config\ncurrent-context: x\n"
         "clusters:\n- name: c\n  cluster: " +
         cluster + "\nusers:\n- name: u\n  user: " + user +
         "\ncontexts:\n- name: x\n  context: " + context + "\n";
}

// A machine whose only files and variables are those that the test sets.
struct Machine {
  Folder folder;
  std::map<std::string, std::string> environment;
  ConfigSources sources;

  Machine() {
    sources.environment = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment.find(name);
      if (found == environment.end()) return std::nullopt;
      return found->second;
    };
    sources.service_account_folder = folder.Path("serviceaccount");
    folder.Write("ca.pem", ThePki().ca.certificate_pem());
    folder.Write("admin.pem", ThePki().admin.certificate_pem);
    folder.Write("admin.key", ThePki().admin.key_pem);
    folder.Write("other.key", ThePki().other.key_pem);
    folder.Write("encrypted.key", EncryptKey(ThePki().admin.key_pem));
    folder.Write("empty.pem", "");
    folder.Write("token", "from-file\n");
  }
  Result<ClientConfig> Load(const std::string& text) {
    sources.kubeconfig = folder.Write("config", text);
    return LoadConfig(sources);
  }
  void MountServiceAccount() {
    folder.Write("serviceaccount/token", "pod-token");
    folder.Write("serviceaccount/ca.crt", ThePki().ca.certificate_pem());
    folder.Write("serviceaccount/namespace", "windlass-system\n");
    environment["KUBERNETES_SERVICE_HOST"] = "10.96.0.1";
    environment["KUBERNETES_SERVICE_PORT"] = "443";
  }
};

}  // namespace windlass
