// Where to look for the way to the API server, and what was found: the server, and who we are to
// it. kubeconfig.h leads from one to the other.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kubeclient/config/exec_config.h"
#include "kubeclient/transport/http_header.h"
#include "kubeclient/transport/proxy_url.h"
#include "kubeclient/transport/secret.h"
#include "kubeclient/transport/tls_material.h"

namespace windlass {

// A variable of our own environment; nullopt where it is not set.
std::optional<std::string> ProcessEnvironment(const std::string& name);

struct ConfigSources {
  std::string kubeconfig;                 // --kubeconfig; empty = not given
  std::string context;                    // --context; empty = the file's current-context
  bool insecure_skip_tls_verify = false;  // the flag: permits the field of the same name

  std::function<std::optional<std::string>(const std::string& name)> environment =
      &ProcessEnvironment;
  std::string service_account_folder = "/var/run/secrets/kubernetes.io/serviceaccount";
};

// The files that certificates and the key came from, absolute; empty where they came from none.
struct TlsFiles {
  std::string ca;
  std::string certificate;
  std::string key;
};

struct ClientConfig {
  std::string source;  // "kubeconfig /home/a/.kube/config, context kind" or "in-cluster"
  std::string server;  // https://HOST:PORT[/PATH]
  ProxyUrl proxy;      // no host = none
  TlsMaterial tls;     // checked: parses, and the client key belongs to its certificate
  TlsFiles tls_files;
  Secret token;            // empty = none
  std::string token_file;  // absolute; wins over token, which then is empty
  std::string username;    // basic authentication; empty = none
  Secret password;
  std::optional<ExecPluginConfig> exec;  // then there is neither token nor username
  std::vector<HttpHeader> headers;       // of impersonation
  std::string namespace_;                // of the context, or of the Pod; empty when not given
  std::vector<std::string> notes;  // what an administrator should see at start; never a secret
};

}  // namespace windlass
