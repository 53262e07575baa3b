// Reads a user of a kubeconfig: its credentials, and the user to impersonate.
#include <utility>

#include "kubeclient/config/read_file.h"
#include "kubeclient/config/resolve.h"
#include "kubeclient/config/token_source.h"
#include "kubeclient/transport/tls_material.h"

namespace windlass {
namespace {

// Returns an error if two methods contradict each other: a token and basic authentication, or exec
// and any other method. Like client-go, allows a client certificate beside a token or basic
// authentication.
Status OneMethod(const EntryReader& user) {
  const bool token = user.Says("token") || user.Says("tokenFile");
  const bool basic = user.Says("username") || user.Says("password");
  const bool certificate = user.Says("client-certificate") || user.Says("client-certificate-data");
  if (token && basic) return user.Wrong("username", "contradicts the token: remove one of them");
  if (user.Has("exec") && (token || basic || certificate)) {
    return user.Wrong("exec", "contradicts the user's other credentials: remove one of them");
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

Status ReadBasic(const EntryReader& user, ClientConfig& config) {
  WINDLASS_TRY(config.username, user.Text("username"));
  WINDLASS_TRY(std::string password, user.Text("password"));
  config.password = Secret(password);
  WipeText(password);
  if (config.username.empty() && !config.password.empty()) {
    return user.Wrong("password", "is given without a username");
  }
  if (config.username.find(':') != std::string::npos) {
    return user.Wrong("username", "must not contain a colon");
  }
  if (!config.username.empty()) {
    config.notes.emplace_back(
        "username and password: Kubernetes has not accepted them since 1.19; only a proxy may "
        "accept them");
  }
  return Unit{};
}

Status ReadClientCertificate(const EntryReader& user, ClientConfig& config) {
  WINDLASS_TRY(config.tls.certificate_pem, user.DataOrFile("client-certificate", kPemBytesMax));
  WINDLASS_TRY(std::string key, user.DataOrFile("client-key", kPemBytesMax));
  WINDLASS_TRY(config.tls_files.certificate, user.FileOf("client-certificate"));
  WINDLASS_TRY(config.tls_files.key, user.FileOf("client-key"));
  config.tls.key_pem = Secret(key);
  WipeText(key);
  TlsMaterial own;
  own.certificate_pem = config.tls.certificate_pem;
  own.key_pem = config.tls.key_pem;
  const auto parsed = TlsIdentity::Check(own);
  if (!parsed.ok()) return user.Wrong("client-certificate, client-key", parsed.error().message);
  const std::string& file = config.tls_files.key;
  if (!file.empty() && IsWorldReadable(file)) {
    config.notes.push_back(
        file +
        ": the mode of this client key lets every user read the key: let only the user of this "
        "process read it, with mode 0600 (for a Secret volume: defaultMode)");
  }
  return Unit{};
}

Status AddHeader(const EntryReader& user, const char* key, std::string name,
                 const std::string& value, ClientConfig& config) {
  const bool blank = value.empty() || value.front() == ' ' || value.back() == ' ';
  if (blank || !IsHeaderValue(value)) {
    return user.Wrong(
        key, "must not be empty, must be printable ASCII, and must not begin or end with a blank");
  }
  config.headers.push_back({std::move(name), value});
  return Unit{};
}

// Adds the headers that impersonate the user whom the kubeconfig names with "as". Source: client-go
// transport/round_trippers.go.
Status ReadImpersonation(const EntryReader& user, ClientConfig& config) {
  WINDLASS_TRY(const std::string name, user.Text("as"));
  if (name.empty()) {
    for (const char* key : {"as-uid", "as-groups", "as-user-extra"}) {
      if (user.Says(key)) return user.Wrong(key, "needs \"as\", which names the user");
    }
    return Unit{};
  }
  WINDLASS_TRY(const std::string uid, user.Text("as-uid"));
  WINDLASS_TRY(const std::vector<std::string> groups, user.Texts("as-groups"));
  WINDLASS_TRY(const EntryReader::TextLists extra, user.TextListsOf("as-user-extra"));
  Status added = AddHeader(user, "as", "Impersonate-User", name, config);
  if (added.ok() && !uid.empty()) {
    added = AddHeader(user, "as-uid", "Impersonate-Uid", uid, config);
  }
  for (const std::string& group : groups) {
    if (added.ok()) added = AddHeader(user, "as-groups", "Impersonate-Group", group, config);
  }
  for (const auto& [key, values] : extra) {
    const std::string header = "Impersonate-Extra-" + EscapeHeaderName(key);
    for (const std::string& value : values) {
      if (added.ok()) added = AddHeader(user, "as-user-extra", header, value, config);
    }
  }
  if (added.ok()) config.notes.push_back("requests are made as " + name + " (impersonation)");
  return added;
}

}  // namespace

Status ReadUser(const EntryReader& user, const EntryReader& cluster, const ConfigSources& sources,
                ClientConfig& config) {
  if (user.Has("auth-provider")) {
    return user.Wrong("auth-provider",
                      "auth providers were removed from Kubernetes: use exec, a token, a tokenFile "
                      "or a client certificate instead");
  }
  Status status =
      user.OnlyKnows({"token", "tokenFile", "username", "password", "client-certificate",
                      "client-certificate-data", "client-key", "client-key-data", "as", "as-uid",
                      "as-groups", "as-user-extra", "exec", "extensions"});
  if (status.ok()) status = OneMethod(user);
  if (status.ok()) status = ReadToken(user, config);
  if (status.ok()) status = ReadBasic(user, config);
  if (status.ok()) status = ReadClientCertificate(user, config);
  if (status.ok()) status = ReadImpersonation(user, config);
  if (!status.ok() || !user.Has("exec")) return status;
  WINDLASS_TRY(config.exec, ReadExec(user, cluster, sources, config));
  return Unit{};
}

}  // namespace windlass
