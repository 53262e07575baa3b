// The text of an object as kube-apiserver writes it. Go's encoder writes the fields of a kind in
// the order in which Go's source declares them, and the keys of a map sorted, for example labels. A
// custom resource is a map all over. The model's own trees are sorted everywhere, so this order is
// given here: about that of Kubernetes, and sorted nowhere that Kubernetes is not.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "test/sim/api_resource.h"
#include "test/sim/object.h"

namespace windlass::sim {
namespace {

using Fields = std::vector<std::string_view>;

// By the key of the object that has them; "" is a whole object, a list or an event of a watch. What
// is not named here comes last, sorted.
const std::map<std::string_view, Fields>& Declared() {
  static const std::map<std::string_view, Fields> kDeclared = {
      {"", {"type", "object", "kind", "apiVersion", "metadata", "spec", "status", "items"}},
      {"metadata",
       {"name", "generateName", "namespace", "uid", "resourceVersion", "generation",
        "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "labels",
        "annotations", "ownerReferences", "finalizers", "managedFields"}},
      {"spec",
       {"replicas", "selector", "template", "strategy", "minReadySeconds", "revisionHistoryLimit",
        "paused", "volumes", "initContainers", "containers", "restartPolicy",
        "terminationGracePeriodSeconds", "dnsPolicy", "nodeName", "securityContext",
        "schedulerName"}},
      {"template", {"metadata", "spec"}},
      {"selector", {"matchLabels", "matchExpressions"}},
      {"strategy", {"type", "rollingUpdate"}},
      {"rollingUpdate", {"maxUnavailable", "maxSurge"}},
      {"containers",
       {"name", "image", "command", "args", "ports", "env", "resources", "volumeMounts",
        "livenessProbe", "readinessProbe", "lifecycle", "terminationMessagePath",
        "terminationMessagePolicy", "imagePullPolicy"}},
      {"ports", {"name", "containerPort", "protocol"}},
      {"status",
       {"observedGeneration", "phase", "replicas", "fullyLabeledReplicas", "updatedReplicas",
        "readyReplicas", "availableReplicas", "unavailableReplicas", "conditions",
        "collisionCount"}},
      {"conditions",
       {"type", "status", "lastUpdateTime", "lastTransitionTime", "reason", "message"}}};
  return kDeclared;
}

class Writer {
 public:
  // `key`: the field that has the value, or the array that it is an item of.
  void Write(const Json& value, std::string_view key) {
    switch (value.type()) {
      case Json::value_t::object: return WriteObject(value, key);
      case Json::value_t::array: return WriteArray(value, key);
      case Json::value_t::string: return WriteString(value.get_ref<const std::string&>());
      default: text_ += value.dump();
    }
  }
  std::string Take() { return std::move(text_); }

 private:
  void WriteObject(const Json& value, std::string_view key) {
    const auto& members = value.get_ref<const Json::object_t&>();
    const bool custom = key.empty() && IsCustom(members);
    const bool before = sorted_;
    sorted_ = sorted_ || custom;
    const auto declared = sorted_ ? Declared().end() : Declared().find(key);
    bool first = true;
    const auto write = [&](const Json::object_t::value_type& member) {
      text_ += std::exchange(first, false) ? '{' : ',';
      WriteString(member.first);
      text_ += ':';
      Write(member.second, ChildKey(key, member.first));
    };
    if (declared == Declared().end()) {
      for (const auto& member : members) write(member);
    } else {
      for (const std::string_view field : declared->second) {
        const auto found = members.find(field);
        if (found != members.end()) write(*found);
      }
      for (const auto& member : members) {
        if (std::ranges::find(declared->second, member.first) == declared->second.end()) {
          write(member);
        }
      }
    }
    if (first) text_ += '{';
    text_ += '}';
    sorted_ = before;
  }

  // The object of an event and the items of a list are whole objects.
  static std::string_view ChildKey(std::string_view key, std::string_view field) {
    return key.empty() && (field == "object" || field == "items") ? "" : field;
  }

  static bool IsCustom(const Json::object_t& members) {
    const auto version = members.find("apiVersion");
    if (version == members.end() || !version->second.is_string()) return false;
    const std::string_view text = version->second.get_ref<const std::string&>();
    return IsCustomGroup(text.substr(0, text.find('/')));
  }

  void WriteArray(const Json& value, std::string_view key) {
    text_ += '[';
    bool first = true;
    for (const Json& item : value) {
      if (!std::exchange(first, false)) text_ += ',';
      Write(item, key);
    }
    text_ += ']';
  }

  // Go's encoder writes '<', '>' and '&' as six bytes each.
  void WriteString(const std::string& value) {
    constexpr std::string_view kHex = "0123456789abcdef";
    text_ += '"';
    size_t plain = 0;  // where what is not written yet begins
    for (size_t i = 0; i < value.size(); ++i) {
      const auto letter = static_cast<unsigned char>(value[i]);
      const bool coded = letter < 0x20 || letter == '<' || letter == '>' || letter == '&';
      if (!coded && letter != '"' && letter != '\\') continue;
      text_.append(value, plain, i - plain);
      plain = i + 1;
      text_ += '\\';
      if (letter == '\n' || letter == '\r' || letter == '\t') {
        text_ += letter == '\n' ? 'n' : letter == '\r' ? 'r' : 't';
      } else if (coded) {
        text_ += "u00";
        text_ += kHex[letter >> 4U];
        text_ += kHex[letter & 15U];
      } else {
        text_ += value[i];
      }
    }
    text_.append(value, plain);
    text_ += '"';
  }

  bool sorted_ = false;  // a part of a custom resource
  std::string text_;
};

}  // namespace

std::string ServerText(const Json& value) {
  Writer writer;
  writer.Write(value, "");
  return writer.Take();
}

}  // namespace windlass::sim
