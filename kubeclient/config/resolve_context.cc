// From a context's name to the server, the trust and the credentials it stands for.
#include <utility>

#include "kubeclient/base/limits.h"
#include "kubeclient/config/entry_reader.h"
#include "kubeclient/config/kubeconfig_file.h"
#include "kubeclient/config/read_file.h"
#include "kubeclient/config/token_source.h"
#include "kubeclient/transport/server_url.h"

namespace windlass {
namespace {

constexpr const char* kInsteadOf = "use a token, a tokenFile or a client certificate instead";

// What would make us somebody else than the rest of the user says, and what to do instead.
struct Unsupported {
  const char* key;
  const char* what;
};
constexpr Unsupported kUnsupportedUser[] = {
    {"exec", "credential plugins are not run"},
    {"auth-provider", "auth providers were removed from Kubernetes"},
    {"username", "basic authentication was removed from Kubernetes 1.19"},
    {"password", "basic authentication was removed from Kubernetes 1.19"},
};
constexpr const char* kImpersonation[] = {"as", "as-uid", "as-groups", "as-user-extra"};

Status CheckServer(const EntryReader& cluster, const std::string& server) {
  if (server.empty()) return cluster.Wrong("server", "is missing: write https://HOST:PORT");
  const Result<ServerUrl> url = ParseServerUrl(server);
  if (!url.ok()) return cluster.Wrong("server", url.error().message);
  if (!url->https && !url->IsLoopback()) {
    return cluster.Wrong("server",
                         "\"" + server +
                             "\" would send credentials in clear text: use https:// (plain "
                             "http is for a proxy on this machine)");
  }
  if (IsIpv6Literal(url->host)) {
    return cluster.Wrong("server",
                         "IPv6 literals cannot be reached: use a host name that resolves to "
                         "the address, with tls-server-name if the certificate lacks it");
  }
  return Unit{};
}

Status ReadTrust(const EntryReader& cluster, bool insecure_flag, ClientConfig& config) {
  WINDLASS_TRY(const bool insecure, cluster.Flag("insecure-skip-tls-verify"));
  WINDLASS_TRY(config.tls.ca_pem, cluster.DataOrFile("certificate-authority", kPemBytesMax));
  WINDLASS_TRY(config.tls.server_name, cluster.Text("tls-server-name"));
  if (insecure && !insecure_flag) {
    return cluster.Wrong(
        "insecure-skip-tls-verify",
        "anybody could pose as the API server: give certificate-authority, or start "
        "with --insecure-skip-tls-verify to accept that");
  }
  if (insecure && !config.tls.ca_pem.empty()) {
    return cluster.Wrong("insecure-skip-tls-verify",
                         "contradicts certificate-authority: remove one of them");
  }
  if (insecure) {
    config.tls.insecure_skip_verify = true;
    config.notes.emplace_back("the API server's certificate is not verified");
  } else if (insecure_flag) {
    config.notes.emplace_back(
        "--insecure-skip-tls-verify has no effect: the cluster's field of that name is not true");
  }
  TlsMaterial trust;
  trust.ca_pem = config.tls.ca_pem;
  const auto parsed = TlsIdentity::Check(trust);
  if (!parsed.ok()) return cluster.Wrong("certificate-authority", parsed.error().message);
  return Unit{};
}

Status ReadCluster(const EntryReader& cluster, bool insecure_flag, ClientConfig& config) {
  WINDLASS_TRY(config.server, cluster.Text("server"));
  const Status server = CheckServer(cluster, config.server);
  if (!server.ok()) return server;
  if (cluster.Has("proxy-url")) {
    return cluster.Wrong("proxy-url",
                         "proxies are not supported: remove it and give a server address "
                         "that is reached directly");
  }
  return ReadTrust(cluster, insecure_flag, config);
}

Status RefuseUnsupported(const EntryReader& user) {
  for (const Unsupported& field : kUnsupportedUser) {
    if (user.Has(field.key)) {
      return user.Wrong(field.key, std::string(field.what) + ": " + kInsteadOf);
    }
  }
  for (const char* key : kImpersonation) {
    if (user.Has(key)) {
      return user.Wrong(
          key, "impersonation is not supported: use the credentials of the account itself");
    }
  }
  return Unit{};
}

Status ReadToken(const EntryReader& user, ClientConfig& config) {
  WINDLASS_TRY(const std::string file, user.Text("tokenFile"));
  WINDLASS_TRY(std::string text, user.Text("token"));
  if (!file.empty()) {
    WipeText(text);  // tokenFile wins, as in client-go
    config.token_file = user.AbsolutePath(file);
    const Result<Secret> token = ReadTokenFile(config.token_file);
    if (!token.ok()) return user.Wrong("tokenFile", token.error().message);
  } else if (!text.empty()) {
    Result<Secret> token = TrimToken(text);
    if (!token.ok()) return user.Wrong("token", token.error().message);
    config.token = std::move(token).value();
  }
  return Unit{};
}

Status ReadClientCertificate(const EntryReader& user, ClientConfig& config) {
  WINDLASS_TRY(config.tls.certificate_pem, user.DataOrFile("client-certificate", kPemBytesMax));
  WINDLASS_TRY(std::string key, user.DataOrFile("client-key", kPemBytesMax));
  config.tls.key_pem = Secret(key);
  WipeText(key);
  TlsMaterial own;
  own.certificate_pem = config.tls.certificate_pem;
  own.key_pem = config.tls.key_pem;
  const auto parsed = TlsIdentity::Check(own);
  if (!parsed.ok()) return user.Wrong("client-certificate, client-key", parsed.error().message);

  WINDLASS_TRY(const std::string file, user.Text("client-key"));
  if (!file.empty() && !user.Has("client-key-data") && IsWorldReadable(user.AbsolutePath(file))) {
    config.notes.push_back(user.AbsolutePath(file) + ": the client key is readable by everybody");
  }
  return Unit{};
}

Status ReadUser(const EntryReader& user, ClientConfig& config) {
  Status status = RefuseUnsupported(user);
  if (status.ok()) status = ReadToken(user, config);
  if (status.ok()) status = ReadClientCertificate(user, config);
  return status;
}

Error NoSuch(const Kubeconfig& kubeconfig, const std::string& what, const std::string& remedy) {
  return {ErrorKind::kConfig, "kubeconfig " + kubeconfig.path + ": " + what + ": " + remedy};
}

std::string Quoted(const std::string& kind, const std::string& name) {
  return kind + " \"" + name + "\"";
}

}  // namespace

Result<ClientConfig> ResolveContext(const Kubeconfig& kubeconfig, const std::string& context,
                                    bool insecure_flag) {
  const std::string& name = context.empty() ? kubeconfig.current_context : context;
  if (name.empty()) {
    return NoSuch(kubeconfig, "current-context is not set",
                  "choose one with kubectl config use-context NAME");
  }
  const auto chosen = kubeconfig.contexts.find(name);
  if (chosen == kubeconfig.contexts.end()) {
    return NoSuch(kubeconfig, Quoted("context", name) + " is not defined",
                  "see kubectl config get-contexts");
  }
  const EntryReader reader(chosen->second, Quoted("context", name));
  WINDLASS_TRY(const std::string cluster_name, reader.Text("cluster"));
  WINDLASS_TRY(const std::string user_name, reader.Text("user"));

  ClientConfig config;
  config.source = "kubeconfig " + chosen->second.path + ", context " + name;
  WINDLASS_TRY(config.namespace_, reader.Text("namespace"));
  const auto cluster = kubeconfig.clusters.find(cluster_name);
  if (cluster == kubeconfig.clusters.end()) {
    return reader.Wrong("cluster", cluster_name.empty()
                                       ? "is missing: name one of the file's clusters"
                                       : Quoted("cluster", cluster_name) + " is not defined");
  }
  const Status reached = ReadCluster(EntryReader(cluster->second, Quoted("cluster", cluster_name)),
                                     insecure_flag, config);
  if (!reached.ok()) return reached.error();
  if (user_name.empty()) {
    config.notes.push_back("the context names no user: requests are anonymous");
    return config;
  }
  const auto user = kubeconfig.users.find(user_name);
  if (user == kubeconfig.users.end()) {
    return reader.Wrong("user", Quoted("user", user_name) + " is not defined");
  }
  const Status known = ReadUser(EntryReader(user->second, Quoted("user", user_name)), config);
  if (!known.ok()) return known.error();
  return config;
}

}  // namespace windlass
