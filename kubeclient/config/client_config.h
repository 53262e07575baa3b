// The sources of the client configuration (ConfigSources), and the configuration itself: the API
// server and our credentials. LoadConfig (kubeconfig.h) makes the configuration from the sources.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kubeclient/transport/http_header.h"
#include "kubeclient/transport/proxy_url.h"
#include "kubeclient/transport/secret.h"
#include "kubeclient/transport/tls_material.h"

namespace windlass {

// Which credential plugin to run for a kubeconfig's user, and with what.
struct ExecPluginConfig {
  std::string api_version;        // client.authentication.k8s.io/v1 or …/v1beta1
  std::string command;            // absolute path
  std::vector<std::string> args;  // without the command itself
  std::vector<std::pair<std::string, std::string>> env;  // added to our own environment
  std::string info;          // value of KUBERNETES_EXEC_INFO, a JSON object
  std::string install_hint;  // may be empty; may have several lines
  // True if the plugin may use our terminal. It then gets our standard input and standard error.
  bool interactive = false;
};

// Returns a variable of this process' environment; nullopt if it is not set.
std::optional<std::string> ProcessEnvironment(const std::string& name);

// The user to impersonate (--as, --as-uid, --as-group). Replaces the user that the field "as" of a
// kubeconfig names.
struct Impersonation {
  std::string user;  // empty = no impersonation; then uid and groups must be empty, too
  std::string uid;
  std::vector<std::string> groups;
};

struct ConfigSources {
  std::string kubeconfig;                 // --kubeconfig; empty = not given
  std::string context;                    // --context; empty = the file's current-context
  std::string cluster;                    // --cluster; empty = the cluster that the context names
  std::string user;                       // --user; empty = the user that the context names
  bool insecure_skip_tls_verify = false;  // --insecure-skip-tls-verify
  Impersonation impersonate;
  // True for a command-line tool that must treat kubeconfigs and the environment as kubectl does:
  //   - In a Pod, the files of $KUBECONFIG and ~/.kube/config come before the service account.
  //   - HTTPS_PROXY and NO_PROXY are used if the cluster has no proxy-url.
  //   - The server's certificate is not verified if the cluster's insecure-skip-tls-verify or the
  //     flag is set. If the flag is set, the cluster's CA is not read.
  // If as_kubectl is false, the certificate is not verified only if both the cluster and the flag
  // say so.
  bool as_kubectl = false;
  // True if standard input is a terminal that credential plugins may use. Always false in a daemon.
  bool terminal = false;

  std::function<std::optional<std::string>(const std::string& name)> environment =
      &ProcessEnvironment;
  std::string service_account_folder = "/var/run/secrets/kubernetes.io/serviceaccount";
};

// Absolute paths of the files that CA, client certificate and key were read from; "" for a part
// that did not come from a file.
struct TlsFiles {
  std::string ca;
  std::string certificate;
  std::string key;
};

struct ClientConfig {
  std::string source;  // "kubeconfig /home/a/.kube/config, context kind" or "in-cluster"
  std::string server;  // https://HOST[:PORT][/PATH]; http:// only to this machine
  ProxyUrl proxy;      // host "" = no proxy
  TlsMaterial tls;     // has passed TlsIdentity::Check
  TlsFiles tls_files;
  Secret token;            // empty = none, or token_file is set
  std::string token_file;  // absolute path; "" = none
  std::string username;    // basic authentication; "" = none
  Secret password;
  std::optional<ExecPluginConfig> exec;  // if set: no token, username or client certificate
  std::vector<HttpHeader> headers;       // impersonation
  std::string namespace_;                // of the context, or of the Pod; "" = not given
  std::vector<std::string> notes;        // warnings to log at start; never a secret
};

}  // namespace windlass
