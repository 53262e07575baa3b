#include "kubeclient/config/kubeconfig.h"

#include <string_view>
#include <utility>

#include "kubeclient/config/kubeconfig_file.h"
#include "kubeclient/config/proxy_environment.h"
#include "kubeclient/config/read_file.h"
#include "kubeclient/config/resolve.h"
#include "kubeclient/config/token_source.h"
#include "kubeclient/transport/server_url.h"

namespace windlass {
namespace {

std::string Variable(const ConfigSources& sources, const std::string& name) {
  return sources.environment(name).value_or("");
}

bool IsInCluster(const ConfigSources& sources) {
  return !Variable(sources, "KUBERNETES_SERVICE_HOST").empty() &&
         !Variable(sources, "KUBERNETES_SERVICE_PORT").empty();
}

// Returns the URL of the API server from the two variables that the kubelet sets in every Pod. The
// kubelet writes an IPv6 address without brackets, so this function adds them (BI-14).
Result<std::string> InClusterServer(const ConfigSources& sources) {
  const std::string host = Variable(sources, "KUBERNETES_SERVICE_HOST");
  const std::string port = Variable(sources, "KUBERNETES_SERVICE_PORT");
  const std::string server =
      "https://" + (IsIpv6Literal(host) ? "[" + host + "]" : host) + ":" + port;
  const Result<ServerUrl> url = ParseServerUrl(server);
  if (url.ok()) return server;
  return Error{ErrorKind::kConfig,
               "in-cluster: KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT: " +
                   url.error().message + ", or give --kubeconfig"};
}

Error NotMounted(const Error& error) {
  return {ErrorKind::kConfig,
          "in-cluster: " + error.message + ": mount a service account token, or give --kubeconfig"};
}

Result<ClientConfig> LoadInCluster(const ConfigSources& sources) {
  ClientConfig config;
  config.source = "in-cluster";
  WINDLASS_TRY(config.server, InClusterServer(sources));
  config.token_file = sources.service_account_folder + "/token";
  const Result<Secret> token = ReadTokenFile(config.token_file);
  if (!token.ok()) return NotMounted(token.error());
  const std::string ca_path = sources.service_account_folder + "/ca.crt";
  Result<std::string> ca = ReadFile(ca_path, kPemBytesMax);
  if (!ca.ok()) return NotMounted(ca.error());
  config.tls.ca_pem = *std::move(ca);
  config.tls_files.ca = ca_path;
  const auto parsed = TlsIdentity::Check(config.tls);
  if (config.tls.ca_pem.empty() || !parsed.ok()) {
    const std::string what = parsed.ok() ? "is empty" : parsed.error().message;
    return NotMounted({ErrorKind::kConfig, ca_path + ": " + what});
  }
  // A missing file "namespace" is not an error, because a Pod may mount only a token and a CA.
  const Result<std::string> name = ReadFile(sources.service_account_folder + "/namespace", 1024);
  if (name.ok()) config.namespace_ = name->substr(0, name->find_last_not_of(" \r\n") + 1);
  if (!Variable(sources, "KUBECONFIG").empty()) {
    config.notes.emplace_back("KUBECONFIG is ignored in a Pod: give --kubeconfig to use a file");
  }
  return config;
}

// Reads and merges the files of $KUBECONFIG. Like client-go, skips files that do not exist. Returns
// an error if none exists.
Result<Kubeconfig> ReadList(const std::string& list) {
  std::optional<Kubeconfig> merged;
  std::string_view rest = list;
  while (!rest.empty()) {
    const size_t colon = rest.find(':');
    const std::string path(rest.substr(0, colon));
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
    if (path.empty() || !FileExists(path)) continue;
    WINDLASS_TRY(Kubeconfig next, ReadKubeconfig(path));
    if (merged) {
      merged->Merge(std::move(next));
    } else {
      merged = std::move(next);
    }
  }
  if (merged) return *std::move(merged);
  return Error{ErrorKind::kConfig, "kubeconfig: none of the files in KUBECONFIG exists (" + list +
                                       "): correct KUBECONFIG"};
}

Result<Kubeconfig> ReadFromHome(const ConfigSources& sources) {
  const std::string home = Variable(sources, "HOME");
  const std::string path = home + "/.kube/config";
  if (!home.empty() && FileExists(path)) return ReadKubeconfig(path);
  return Error{
      ErrorKind::kConfig,
      "no cluster configuration: this process is not in a Pod, KUBECONFIG is not set, and " +
          (home.empty() ? std::string("HOME is not set") : path + " does not exist") +
          ": give --kubeconfig"};
}

// Returns true if KUBECONFIG names files, even if they do not exist, or if ~/.kube/config exists.
// In a Pod, a program with as_kubectl then reads these files instead of the service account.
bool HasFiles(const ConfigSources& sources) {
  const std::string home = Variable(sources, "HOME");
  return !Variable(sources, "KUBECONFIG").empty() ||
         (!home.empty() && FileExists(home + "/.kube/config"));
}

// Adds the impersonation headers for the user that the flags name (--as, --as-uid, --as-group). If
// --as is given, these headers replace all impersonation headers of the kubeconfig.
Status Impersonate(const Impersonation& as, ClientConfig& config) {
  if (as.user.empty()) {
    if (as.uid.empty() && as.groups.empty()) return Unit{};
    return Error{ErrorKind::kConfig, "--as-uid and --as-group need --as: name the user, too"};
  }
  std::erase_if(config.headers,
                [](const HttpHeader& header) { return header.name.starts_with("Impersonate-"); });
  config.headers.push_back({"Impersonate-User", as.user});
  if (!as.uid.empty()) config.headers.push_back({"Impersonate-Uid", as.uid});
  for (const std::string& group : as.groups) {
    config.headers.push_back({"Impersonate-Group", group});
  }
  for (const HttpHeader& header : config.headers) {
    if (!header.name.starts_with("Impersonate-") || IsHeaderValue(header.value)) continue;
    return Error{ErrorKind::kConfig,
                 "--as, --as-uid, --as-group: only printable ASCII can be sent"};
  }
  return Unit{};
}

Result<Kubeconfig> ReadFiles(const ConfigSources& sources) {
  if (!sources.kubeconfig.empty()) return ReadKubeconfig(sources.kubeconfig);
  const std::string list = Variable(sources, "KUBECONFIG");
  return list.empty() ? ReadFromHome(sources) : ReadList(list);
}

Result<ClientConfig> LoadWithoutImpersonation(const ConfigSources& sources) {
  const bool in_cluster = IsInCluster(sources);
  if (sources.kubeconfig.empty() && in_cluster && !(sources.as_kubectl && HasFiles(sources))) {
    return LoadInCluster(sources);
  }
  const Result<Kubeconfig> kubeconfig = ReadFiles(sources);
  if (!kubeconfig.ok()) return kubeconfig.error();
  Result<ClientConfig> config = ResolveContext(*kubeconfig, sources);
  // In a Pod, the user may have expected the service account to be used. So a note in the log says
  // at start that the file is used instead (BI-13).
  if (config.ok() && in_cluster && !sources.as_kubectl) {
    config->notes.emplace_back(
        "the file of --kubeconfig is used instead of the service account of the Pod");
  }
  return config;
}

// If the kubeconfig names no proxy, a program with as_kubectl uses the proxy that the environment
// names. A controller ignores that proxy and adds a note. HTTPS_PROXY may have been injected into
// the Pod for other programs, and must not redirect a controller's requests.
Status ReadEnvironment(const ConfigSources& sources, ClientConfig& config) {
  if (!config.proxy.host.empty()) return Unit{};
  WINDLASS_TRY(const ServerUrl server, ParseServerUrl(config.server));
  if (sources.as_kubectl) {
    WINDLASS_TRY(config.proxy, ProxyOfEnvironment(server, sources.environment));
    return Unit{};
  }
  const std::string variable = ProxyVariable(server, sources.environment);
  if (!variable.empty()) {
    config.notes.push_back(
        variable + " is ignored: a proxy is used only if proxy-url of the kubeconfig names one");
  }
  return Unit{};
}

}  // namespace

Result<ClientConfig> LoadConfig(const ConfigSources& sources) {
  WINDLASS_TRY(ClientConfig config, LoadWithoutImpersonation(sources));
  const Status proxy = ReadEnvironment(sources, config);
  if (!proxy.ok()) return proxy.error();
  const Status as = Impersonate(sources.impersonate, config);
  if (!as.ok()) return as.error();
  return config;
}

Result<std::vector<std::string>> ContextNames(const ConfigSources& sources) {
  WINDLASS_TRY(const Kubeconfig kubeconfig, ReadFiles(sources));
  std::vector<std::string> names;
  names.reserve(kubeconfig.contexts.size());
  for (const auto& [name, context] : kubeconfig.contexts) names.push_back(name);
  return names;
}

}  // namespace windlass
