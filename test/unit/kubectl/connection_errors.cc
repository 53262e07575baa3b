// What is said when there is no connection to the API server, or no answer from it.
#include "kubeclient/transport/failure.h"
#include "test/unit/kubectl/error_row.h"

namespace windlass::cli {
namespace {

void UsesKubeconfig(KubectlRun& run) { run.kubeconfig = true; }

// Every request fails in this way.
std::function<void(KubectlRun&)> RequestsFail(ErrorKind kind, const std::string& message) {
  return [=](KubectlRun& run) {
    run.answering.answer = [=](const HttpRequest& request) {
      return Error{kind, message}.Context("GET https://cluster.example:6443" + request.target);
    };
  };
}

// The proxy of HTTPS_PROXY opens no tunnel; `what` is what the transport says of it.
std::function<void(KubectlRun&)> ProxyFails(const std::string& what) {
  return [=](KubectlRun& run) {
    run.answering.answer = [=](const HttpRequest& request) {
      Error error{ErrorKind::kNotSent, what};
      error.http_status = kNoTunnel;
      return std::move(error).Context("GET https://cluster.example:6443" + request.target +
                                      " through the proxy http://proxy.example:3128 (HTTPS_PROXY)");
    };
  };
}

void HasSocksProxy(KubectlRun& run) {
  UsesKubeconfig(run);
  run.environment = {{"HTTPS_PROXY", "socks5://anna:s3cr3t@proxy.example:1080"}, {"NO_PROXY", ""}};
}

// The first read is answered. The watch that follows, and every later read, is not.
void WatchBreaks(KubectlRun& run) {
  run.Create(resources::kDeployments, sim::SampleDeployment("web"));
  run.Edit(resources::kDeployments, "web", "status", [](Json& o) { SetCounters(o, 1, 0, 0); });
  const Error refused{ErrorKind::kNotSent, "connection refused"};
  const auto reads = std::make_shared<int>(0);
  run.answering.answer = [=](const HttpRequest&) -> std::optional<Result<HttpResponse>> {
    if (++*reads <= 2) return std::nullopt;
    return refused;
  };
  run.answering.answer_watch = [=](const HttpRequest&) {
    StreamEnd end;
    end.error = refused;
    return end;
  };
}

void LosesReply(KubectlRun& run) {
  run.Create(resources::kDeployments, sim::SampleDeployment("web"));
  run.fate = [](const HttpRequest& request) {
    return request.method == HttpMethod::kPatch ? sim::Fate::kReplyLost : sim::Fate::kDelivered;
  };
}

void LosesRequests(KubectlRun& run) {
  run.fate = [](const HttpRequest&) { return sim::Fate::kRequestLost; };
}

}  // namespace

ErrorSection ConnectionErrors() {
  const RowFile config{"config", R"(current-context: kind
contexts: [{name: kind, context: {cluster: kind}}]
clusters: [{name: kind, cluster: {server: "https://127.0.0.1:6443"}}]
)"};
  const RowFile proxied{"config", R"(current-context: kind
contexts: [{name: kind, context: {cluster: kind}}]
clusters: [{name: kind, cluster: {server: "https://cluster.example:6443",
  proxy-url: "socks5://anna:s3cr3t@proxy.example:1080"}}]
)"};
  const RowFile remote{"config", R"(current-context: kind
contexts: [{name: kind, context: {cluster: kind}}]
clusters: [{name: kind, cluster: {server: "https://cluster.example:6443"}}]
)"};
  const RowFile insecure{"config", R"(current-context: kind
contexts: [{name: kind, context: {cluster: kind}}]
clusters: [{name: kind, cluster: {server: "https://cluster.example:6443",
  insecure-skip-tls-verify: true, certificate-authority-data: "Q0E="}}]
)"};
  constexpr ExitCode kError = ExitCode::kError;
  return {
      "Connection",
      {{"get --kubeconfig=/no/such/file", kError,
        "error: kubeconfig: /no/such/file: No such file or directory",
        "The file of `--kubeconfig` is not there. Correct the path. "
        "[docs/kubeconfig.md](kubeconfig.md) says which file is read without that flag.",
        UsesKubeconfig},
       {"get --kubeconfig=config --context=nowhere", kError,
        "error: kubeconfig config: context \"nowhere\" is not defined: see kubectl config "
        "get-contexts",
        "The kubeconfig has no such context. Choose one that the command lists. Errors in the file "
        "itself name file, line and field.",
        UsesKubeconfig, config},
       {"get --kubeconfig=config --as-group=a", kError,
        "error: --as-uid and --as-group need --as: name the user, too",
        "A uid or a group belongs to a user. Add `--as`.", UsesKubeconfig, config},
       {"get --kubeconfig=config", kError,
        "error: kubeconfig config line 4: cluster \"kind\": proxy-url: socks5:// proxies are not "
        "supported: give an HTTP proxy, http://HOST:PORT, or remove the field",
        "Neither SOCKS proxies (`socks5://`, `socks5h://`) nor TLS to the proxy (`https://`) is "
        "supported. Most such proxies take HTTP, too: ask those who run it for that port.",
        UsesKubeconfig, proxied},
       {"get --kubeconfig=config", kError,
        "error: HTTPS_PROXY: socks5:// proxies are not supported: give an HTTP proxy, "
        "http://HOST:PORT, or do without a proxy: add cluster.example to NO_PROXY",
        "As above, for the proxy of the environment. The text names the variable.", HasSocksProxy,
        remote},
       {"get --kubeconfig=config", kError,
        "error: kubeconfig config line 4: cluster \"kind\": insecure-skip-tls-verify: contradicts "
        "certificate-authority: remove one of them",
        "The kubeconfig says at once how the API server is verified and that it is not. kubectl "
        "refuses this, too.",
        UsesKubeconfig, insecure},
       {"status deployment/web", kError,
        "error: cannot reach the API server https://cluster.example:6443: GET "
        "https://cluster.example:6443/apis/apps/v1/namespaces/default/deployments/web through the "
        "proxy http://proxy.example:3128 (HTTPS_PROXY): the proxy asks for a user and a password "
        "(HTTP 407): write http://USER:PASSWORD@HOST:PORT into HTTPS_PROXY, or do without the "
        "proxy: add cluster.example to NO_PROXY",
        "The text names the proxy, and the variable or field that it comes from. Special "
        "characters of user and password are written as `%XX`. `does not accept the user and the "
        "password`: correct them. The password is never printed.",
        ProxyFails("the proxy asks for a user and a password (HTTP 407): write "
                   "http://USER:PASSWORD@HOST:PORT into HTTPS_PROXY, or do without the proxy: add "
                   "cluster.example to NO_PROXY")},
       {"status deployment/web", kError,
        "error: cannot reach the API server https://cluster.example:6443: GET "
        "https://cluster.example:6443/apis/apps/v1/namespaces/default/deployments/web through the "
        "proxy http://proxy.example:3128 (HTTPS_PROXY): the proxy does not allow a connection to "
        "cluster.example:6443 (HTTP 403): ask the administrators of the proxy, or do without the "
        "proxy: add "
        "cluster.example to NO_PROXY",
        "Many proxies open tunnels to port 443 alone. With HTTP 500 and above, `the proxy cannot "
        "reach` the API server.",
        ProxyFails("the proxy does not allow a connection to cluster.example:6443 (HTTP 403): ask "
                   "the administrators of the proxy, or do without the proxy: add cluster.example "
                   "to NO_PROXY")},
       {"status deployment/web", kError,
        "error: cannot reach the API server https://cluster.example:6443: GET "
        "https://cluster.example:6443/apis/apps/v1/namespaces/default/deployments/web through the "
        "proxy http://proxy.example:3128 (HTTPS_PROXY): the proxy cannot be reached: check the "
        "name and port in HTTPS_PROXY, and that the proxy runs, or do without the proxy: add "
        "cluster.example to NO_PROXY",
        "Nothing answers at the address of the proxy. Correct it.",
        ProxyFails("the proxy cannot be reached: check the name and port in HTTPS_PROXY, and that "
                   "the proxy runs, or do without the proxy: add cluster.example to NO_PROXY")},
       {"status deployment/web", kError,
        "error: cannot reach the API server https://cluster.example:6443: GET "
        "https://cluster.example:6443/apis/apps/v1/namespaces/default/deployments/web: Failed to "
        "connect to any resolved endpoint: check that it runs, or choose another one with "
        "--context or --kubeconfig",
        "Nothing answers at the address in the kubeconfig. Check that the API server runs and can "
        "be reached from here.",
        RequestsFail(ErrorKind::kNotSent, "Failed to connect to any resolved endpoint")},
       {"status deployment/web", kError,
        "error: cannot reach the API server https://cluster.example:6443: connection refused: "
        "check that it runs, or choose another one with --context or --kubeconfig",
        "The watch broke, and could not be opened again for a minute. The rollout itself goes on. "
        "Run the command again when the API server can be reached.",
        WatchBreaks},
       {"status deployment/web", kError,
        "error: no answer from the API server https://cluster.example:6443: deadline exceeded: try "
        "again, or allow more time with --request-timeout",
        "The API server has not answered in time. Nothing was changed. Try again.", LosesRequests},
       {"pause web", kError,
        "error: no answer from the API server https://cluster.example:6443: deadline exceeded: "
        "it is not known whether the request was carried out; look at the object before you repeat "
        "the command",
        "A change was sent, and its answer was lost. Look at the object (`kubectl windlass get`): "
        "if the change is not there, repeat the command.",
        LosesReply},
       {"pause web", ExitCode::kInterrupted,
        "error: interrupted: no answer yet from the API server https://cluster.example:6443: "
        "it is not known whether the request was carried out; look at the object before you repeat "
        "the command",
        "Ctrl-C while a change was under way. Look at the object before you repeat the command.",
        [](KubectlRun& run) {
          LosesReply(run);
          run.interrupt_after = seconds(1);
        }},
       {"get web --timeout=5s", ExitCode::kTimeout,
        "error: timed out waiting for the condition: no answer yet from the API server "
        "https://cluster.example:6443",
        "`--timeout` has passed before the API server answered. Allow more time.", LosesRequests},
       {"pause deployment/web deployment/next --timeout=5s", ExitCode::kTimeout,
        "error: timed out waiting for the condition: no answer yet from the API server "
        "https://cluster.example:6443: it is not known whether the request was carried out; look "
        "at the object before you repeat the command\nerror: timed out before this command began "
        "with deployment/next, so that object was not touched",
        "`--timeout` has passed while a change was under way. Look at the object before you repeat "
        "the command for it and those behind it.",
        LosesReply},
       {"get web", ExitCode::kInterrupted,
        "error: interrupted: no answer yet from the API server https://cluster.example:6443",
        "Ctrl-C while the answer was waited for. Nothing was changed.",
        [](KubectlRun& run) {
          LosesRequests(run);
          run.interrupt_after = seconds(1);
        }},
       {"status deployment/web", kError,
        "error: no secure connection to https://cluster.example:6443: GET "
        "https://cluster.example:6443/apis/apps/v1/namespaces/default/deployments/web: Error in "
        "SSL handshake (certificate verify failed): check certificate-authority and "
        "client-certificate of the kubeconfig",
        "The certificate of the server, or yours, is not accepted. The text in brackets is that of "
        "OpenSSL. Renew the certificate, or correct the kubeconfig. If the text names a proxy, "
        "that proxy may present a certificate of its own in place of the server's: ask those who "
        "run it to leave the API server alone, or add its host to `NO_PROXY`.",
        RequestsFail(ErrorKind::kTls, "Error in SSL handshake (certificate verify failed)")},
       {"version", kError,
        "error: no secure connection to https://cluster.example:6443: GET "
        "https://cluster.example:6443/version: Error in SSL handshake (certificate verify failed): "
        "check certificate-authority and client-certificate of the kubeconfig",
        "As above.",
        RequestsFail(ErrorKind::kTls, "Error in SSL handshake (certificate verify failed)")},
       {"status deployment/web", kError,
        "error: no credentials for the API server https://cluster.example:6443: GET "
        "https://cluster.example:6443/apis/apps/v1/namespaces/default/deployments/web: credential "
        "plugin login: ended with exit code 1: not logged in: log in again, or choose another user "
        "with --context",
        "The credential plugin of the kubeconfig has failed. What it wrote to standard error is in "
        "the text. Run it by hand, or log in again.",
        RequestsFail(ErrorKind::kUnauthorized,
                     "credential plugin login: ended with exit code 1: not logged in")}}};
}

}  // namespace windlass::cli
