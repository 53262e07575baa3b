// Reads a cluster of a kubeconfig: the API server's address, and how to verify the API server.
#include <utility>

#include "kubeclient/config/resolve.h"
#include "kubeclient/transport/proxy_url.h"
#include "kubeclient/transport/server_url.h"
#include "kubeclient/transport/tls_material.h"

namespace windlass {
namespace {

Status ReadServer(const EntryReader& cluster, ClientConfig& config) {
  WINDLASS_TRY(config.server, cluster.Text("server"));
  if (config.server.empty()) return cluster.Wrong("server", "is missing: write https://HOST:PORT");
  const Result<ServerUrl> url = ParseServerUrl(config.server);
  if (!url.ok()) return cluster.Wrong("server", url.error().message);
  if (!url->https && !url->IsLoopback()) {
    return cluster.Wrong("server",
                         "\"" + config.server +
                             "\" would send credentials in clear text: use https:// (plain "
                             "http is for a proxy on this machine)");
  }
  WINDLASS_TRY(const std::string proxy, cluster.Text("proxy-url"));
  if (proxy.empty()) return Unit{};
  Result<ProxyUrl> parsed = ParseProxyUrl(proxy);
  if (!parsed.ok()) {
    return cluster.Wrong("proxy-url", parsed.error().message + ", or remove the field");
  }
  if (!url->https) {
    return cluster.Wrong("proxy-url",
                         "the proxy would see all requests in clear text: use an https:// server, "
                         "or remove the field");
  }
  config.proxy = std::move(parsed).value();
  config.proxy.origin = "proxy-url of " + cluster.what();
  config.proxy.without = "remove " + config.proxy.origin;
  return Unit{};
}

void SkipVerification(ClientConfig& config) {
  config.tls.insecure_skip_verify = true;
  config.notes.emplace_back("the API server's certificate is not verified");
}

Status ReadTrust(const EntryReader& cluster, const ConfigSources& sources, ClientConfig& config) {
  const bool insecure_flag = sources.insecure_skip_tls_verify;
  WINDLASS_TRY(const bool insecure, cluster.Flag("insecure-skip-tls-verify"));
  if (sources.as_kubectl && insecure_flag) {
    WINDLASS_TRY(config.tls.server_name, cluster.Text("tls-server-name"));
    SkipVerification(config);
    return Unit{};
  }
  WINDLASS_TRY(config.tls.ca_pem, cluster.DataOrFile("certificate-authority", kPemBytesMax));
  WINDLASS_TRY(config.tls_files.ca, cluster.FileOf("certificate-authority"));
  WINDLASS_TRY(config.tls.server_name, cluster.Text("tls-server-name"));
  if (insecure && !insecure_flag && !sources.as_kubectl) {
    return cluster.Wrong(
        "insecure-skip-tls-verify",
        "anybody could pose as the API server: give certificate-authority, or start "
        "with --insecure-skip-tls-verify to accept this risk");
  }
  if (insecure && !config.tls.ca_pem.empty()) {
    return cluster.Wrong("insecure-skip-tls-verify",
                         "contradicts certificate-authority: remove one of them");
  }
  if (insecure) {
    SkipVerification(config);
  } else if (insecure_flag) {
    config.notes.emplace_back(
        "--insecure-skip-tls-verify has no effect, because the kubeconfig does not set "
        "insecure-skip-tls-verify: true for this cluster");
  }
  TlsMaterial trust;
  trust.ca_pem = config.tls.ca_pem;
  const auto parsed = TlsIdentity::Check(trust);
  if (!parsed.ok()) return cluster.Wrong("certificate-authority", parsed.error().message);
  return Unit{};
}

}  // namespace

Status ReadCluster(const EntryReader& cluster, const ConfigSources& sources, ClientConfig& config) {
  const Status known = cluster.OnlyKnows({"server", "tls-server-name", "insecure-skip-tls-verify",
                                          "certificate-authority", "certificate-authority-data",
                                          "proxy-url", "disable-compression", "extensions"});
  if (!known.ok()) return known;
  // The value of disable-compression is checked, but does not change our requests. We never ask for
  // compressed answers, because near the API server compression costs more time than it saves.
  const Result<bool> compression = cluster.Flag("disable-compression");
  if (!compression.ok()) return compression.error();
  Status status = ReadServer(cluster, config);
  if (status.ok()) status = ReadTrust(cluster, sources, config);
  return status;
}

}  // namespace windlass
