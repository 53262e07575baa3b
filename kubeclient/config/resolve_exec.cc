// Reads and checks the field "exec" of a kubeconfig's user, and finds the plugin's program.
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "kubeclient/config/resolve.h"
#include "kubeclient/config/subprocess.h"
#include "kubeclient/transport/base64.h"

namespace windlass {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr std::string_view kGroup = "client.authentication.k8s.io/";
constexpr std::string_view kClusterConfig = "client.authentication.k8s.io/exec";

// Returns `node` as JSON. A scalar without quotes becomes a number or a boolean if it is written
// like one in JSON. Every other scalar becomes a string.
OrderedJson ToJson(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull: return nullptr;
    case YamlNode::Kind::kScalar: {
      if (!node.plain) return node.scalar;
      OrderedJson value = OrderedJson::parse(node.scalar, nullptr, false);
      if (value.is_number() || value.is_boolean()) return value;
      return node.scalar;
    }
    case YamlNode::Kind::kSequence: {
      OrderedJson list = OrderedJson::array();
      for (const YamlNode& item : node.items) list.push_back(ToJson(item));
      return list;
    }
    case YamlNode::Kind::kMap: {
      OrderedJson map = OrderedJson::object();
      for (const auto& [key, value] : node.fields) map[key] = ToJson(value);
      return map;
    }
  }
  return nullptr;
}

// Returns the cluster's extension named "client.authentication.k8s.io/exec", which kubeconfig
// reserves for plugins; null if there is none.
OrderedJson ClusterConfig(const EntryReader& cluster) {
  const YamlNode* extensions = cluster.entry().node.Find("extensions");
  if (extensions == nullptr) return nullptr;
  for (const YamlNode& entry : extensions->items) {
    const YamlNode* name = entry.Find("name");
    const YamlNode* extension = entry.Find("extension");
    if (name == nullptr || extension == nullptr || name->scalar != kClusterConfig) continue;
    return ToJson(*extension);
  }
  return nullptr;
}

// Returns the ExecCredential that the plugin gets in KUBERNETES_EXEC_INFO
// (k8s.io/client-go/pkg/apis/clientauthentication).
Result<std::string> Info(const ExecPluginConfig& plugin, bool with_cluster,
                         const EntryReader& cluster, const ClientConfig& config) {
  OrderedJson spec = OrderedJson::object();
  if (with_cluster) {
    WINDLASS_TRY(const std::string proxy, cluster.Text("proxy-url"));
    WINDLASS_TRY(const bool uncompressed, cluster.Flag("disable-compression"));
    OrderedJson told = {{"server", config.server}};
    if (!config.tls.server_name.empty()) told["tls-server-name"] = config.tls.server_name;
    if (config.tls.insecure_skip_verify) told["insecure-skip-tls-verify"] = true;
    const std::string& ca = config.tls.ca_pem;
    if (!ca.empty()) told["certificate-authority-data"] = EncodeBase64(ca);
    if (!proxy.empty()) told["proxy-url"] = proxy;
    if (uncompressed) told["disable-compression"] = true;
    if (OrderedJson own = ClusterConfig(cluster); !own.is_null()) told["config"] = std::move(own);
    spec["cluster"] = std::move(told);
  }
  spec["interactive"] = plugin.interactive;
  const OrderedJson info = {
      {"kind", "ExecCredential"}, {"apiVersion", plugin.api_version}, {"spec", spec}};
  return info.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

bool IsProgram(const std::string& path) { return access(path.c_str(), X_OK) == 0; }

// Returns the path of the program `name`, or "" if there is none. If `name` has no '/', searches
// the folders of PATH but, like Go, never the working directory.
std::string Find(const EntryReader& exec, const ConfigSources& sources, const std::string& name) {
  if (name.find('/') != std::string::npos) {
    const std::string path = exec.AbsolutePath(name);
    return IsProgram(path) ? path : std::string();
  }
  const std::string folders = sources.environment("PATH").value_or("");
  std::string_view rest = folders;
  while (!rest.empty()) {
    const size_t colon = rest.find(':');
    const std::string path = std::string(rest.substr(0, colon)) + "/" + name;
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
    if (path.starts_with('/') && IsProgram(path)) return path;
  }
  return {};
}

Status CheckVersion(const EntryReader& exec, const std::string& version) {
  if (version == "client.authentication.k8s.io/v1") return Unit{};
  if (version == "client.authentication.k8s.io/v1beta1") return Unit{};
  return exec.Wrong(
      "apiVersion",
      version.empty() ? "is missing: write client.authentication.k8s.io/v1"
                      : "\"" + version + "\" is not supported: write " + std::string(kGroup) +
                            "v1 or v1beta1, and update the plugin if it supports neither of them");
}

// Returns true if the plugin gets the terminal; `terminal` is true if this process has a terminal.
// Returns an error if the plugin must have a terminal and there is none, for example in a daemon.
Result<bool> IsInteractive(const EntryReader& exec, const std::string& version, bool terminal) {
  WINDLASS_TRY(const std::string mode, exec.Text("interactiveMode"));
  if (mode == "Never") return false;
  if (mode == "IfAvailable" || (mode == "Always" && terminal)) return terminal;
  if (mode == "Always") {
    return exec.Wrong(
        "interactiveMode",
        "the value Always requires a terminal, and this process has none: use a plugin, or a "
        "setting of this plugin, that does not ask the user");
  }
  if (mode.empty() && version.ends_with("/v1beta1")) return terminal;
  return exec.Wrong("interactiveMode", "must be Never, IfAvailable or Always");
}

Status ReadEnv(const EntryReader& exec, ExecPluginConfig& config) {
  const YamlNode* list = exec.entry().node.Find("env");
  if (list == nullptr) return Unit{};
  if (list->kind != YamlNode::Kind::kSequence) return exec.Wrong("env", "must be a list");
  for (const YamlNode& item : list->items) {
    const YamlNode* name = item.Find("name");
    const YamlNode* value = item.Find("value");
    if (name == nullptr || name->scalar.empty() || name->scalar.find('=') != std::string::npos) {
      return exec.Wrong("env", "each entry must have a name, and the name must not contain \"=\"");
    }
    config.env.emplace_back(name->scalar, value == nullptr ? std::string() : value->scalar);
  }
  return Unit{};
}

}  // namespace

Result<ExecPluginConfig> ReadExec(const EntryReader& user, const EntryReader& cluster,
                                  const ConfigSources& sources, const ClientConfig& config) {
  const YamlNode& field = *user.entry().node.Find("exec");
  if (field.kind != YamlNode::Kind::kMap) return user.Wrong("exec", "must be a map");
  const KubeconfigEntry entry{user.entry().path, field};
  const EntryReader exec(entry, user.what() + ": exec");
  const Status known = exec.OnlyKnows({"apiVersion", "command", "args", "env", "installHint",
                                       "provideClusterInfo", "interactiveMode"});
  if (!known.ok()) return known.error();

  ExecPluginConfig plugin;
  WINDLASS_TRY(plugin.api_version, exec.Text("apiVersion"));
  if (const Status good = CheckVersion(exec, plugin.api_version); !good.ok()) return good.error();
  WINDLASS_TRY(plugin.interactive, IsInteractive(exec, plugin.api_version, sources.terminal));
  WINDLASS_TRY(const std::string command, exec.Text("command"));
  WINDLASS_TRY(plugin.install_hint, exec.Text("installHint"));
  if (command.empty()) return exec.Wrong("command", "is missing: name the plugin's program");
  plugin.command = Find(exec, sources, command);
  if (plugin.command.empty()) {
    const std::string hint = plugin.install_hint.empty() ? "install it, or correct its name"
                                                         : OneLine(plugin.install_hint);
    return exec.Wrong(
        "command", "the program \"" + command + "\" was not found or is not executable: " + hint);
  }
  WINDLASS_TRY(plugin.args, exec.Texts("args"));
  if (const Status good = ReadEnv(exec, plugin); !good.ok()) return good.error();
  WINDLASS_TRY(const bool with_cluster, exec.Flag("provideClusterInfo"));
  WINDLASS_TRY(plugin.info, Info(plugin, with_cluster, cluster, config));
  return plugin;
}

}  // namespace windlass
