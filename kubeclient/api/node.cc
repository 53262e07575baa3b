#include "kubeclient/api/node.h"

#include <charconv>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/decode_fields.h"

namespace windlass {
namespace {

// Removes a number from the front of `text` and returns it. Returns -1 if `text` does not begin
// with a digit, or if the number is too large.
int32_t TakeNumber(std::string_view& text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return -1;
  int32_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return -1;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

KubeletVersion ParseVersion(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  const int32_t major = TakeNumber(text);
  if (major < 0 || !text.starts_with('.')) return {};
  text.remove_prefix(1);
  const int32_t minor = TakeNumber(text);
  return minor < 0 ? KubeletVersion{} : KubeletVersion{major, minor};
}

void ReadNodeConditions(JsonReader& in, Node& out) {
  out.ready = out.heard = false;
  out.ready_since = {};
  in.Array([&] {
    bool is_ready = false;
    bool says_yes = false;
    bool says_no = false;
    WallTime since;
    in.Object([&](std::string_view key) {
      if (key == "type")
        is_ready = in.String() == "Ready";
      else if (key == "status") {
        const std::string_view status = in.String();
        says_yes = status == "True";
        says_no = status == "False";
      } else if (key == "lastTransitionTime")
        ReadTime(in, since);
    });
    if (!is_ready) return;
    out.ready = says_yes;
    out.heard = says_yes || says_no;
    out.ready_since = since;
  });
}

void ReadNodeStatus(JsonReader& in, Node& out) {
  out.ready = out.heard = false;
  out.ready_since = {};
  out.kubelet_version = {};
  in.Object([&](std::string_view key) {
    if (key == "conditions")
      ReadNodeConditions(in, out);
    else if (key == "nodeInfo") {
      out.kubelet_version = {};
      in.Object([&](std::string_view member) {
        if (member == "kubeletVersion") out.kubelet_version = ParseVersion(in.String());
      });
    }
  });
}

// Returns the value of the first of these two labels that is present; "" if both are absent.
// A label with an empty value counts as present, as in upstream's GetZoneKey.
// Upstream prefers the beta label; we prefer the one that topologySpreadConstraints and volumes
// name. On clouds both are equal.
std::string_view ZoneOf(const StringMap& labels) {
  const auto zone = labels.Find("topology.kubernetes.io/zone");
  return zone ? *zone : labels.Find("failure-domain.beta.kubernetes.io/zone").value_or("");
}

}  // namespace

Result<Node> DecodeNode(Decoder& decoder, std::string_view object_json) {
  JsonReader& in = decoder.reader();
  Node out;
  in.Begin(object_json);
  in.Object([&](std::string_view key) {
    if (key == "metadata")
      ReadObjectMeta(in, decoder.symbols(), Annotations::kSkip, out.meta);
    else if (key == "status")
      ReadNodeStatus(in, out);
  });
  WINDLASS_TRY([[maybe_unused]] const Unit whole, Finish(in, out.meta));
  out.zone = decoder.symbols().Intern(ZoneOf(out.meta.labels));
  out.meta.labels = {};  // not kept: a Node often has thirty labels
  return out;
}

}  // namespace windlass
