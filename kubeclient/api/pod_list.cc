#include "kubeclient/api/pod_list.h"

#include <optional>
#include <utility>

#include "kubeclient/api/json_reader.h"
#include "kubeclient/api/lenient_reader.h"

namespace windlass {
namespace {

Error Malformed(std::string message) { return {ErrorKind::kMalformed, std::move(message)}; }

// Reads the metadata of a Pod, and adds the Pod to `pods`.
void ReadPodMetadata(JsonReader& in, std::vector<ListedPod>& pods) {
  std::string uid;
  std::optional<Uid> controller;
  bool deleting = false;
  lenient::Object(in, [&](std::string_view key) {
    if (key == "uid")
      uid = lenient::Text(in);
    else if (key == "ownerReferences")
      controller = lenient::Controller(in);
    else if (key == "deletionTimestamp")
      deleting = !lenient::Text(in).empty();
  });
  pods.push_back({lenient::UidOf(uid), controller.value_or(Uid()), deleting});
}

}  // namespace

ListOptions MetadataOfLivePods(std::string label_selector) {
  return {.label_selector = std::move(label_selector),
          .field_selector = std::string(kLivePods),
          .metadata_only = true};
}

Result<std::vector<ListedPod>> AllPods(std::string_view list_body) {
  JsonReader in;
  std::vector<ListedPod> pods;
  bool has_metadata = false;
  bool has_items = false;
  bool all_have_metadata = true;
  std::string more;
  in.Begin(list_body);
  in.AllMembers([&](std::string_view key) {
    if (key == "metadata") {
      has_metadata = true;
      lenient::Object(in, [&](std::string_view member) {
        if (member == "continue") more = lenient::Text(in);
      });
    } else if (key == "items") {
      has_items = true;
      if (in.type() == JsonReader::Type::kNull) return in.Null();  // Go writes [] as null
      in.Array([&] {
        bool found = false;
        in.Object([&](std::string_view member) {
          if (member != "metadata") return;
          found = true;
          ReadPodMetadata(in, pods);
        });
        all_have_metadata = all_have_metadata && found;
      });
    }
  });
  if (const Status whole = in.End(); !whole.ok()) return Error(whole.error()).Context("pod list");
  if (!has_metadata) return Malformed("pod list: metadata is missing");
  if (!more.empty()) return Malformed("pod list: metadata.continue: the list has more pages");
  if (!has_items) return Malformed("pod list: items is missing");
  if (!all_have_metadata) return Malformed("pod list: an item has no metadata");
  return pods;
}

Result<std::vector<ListedPod>> ControlledPods(std::string_view list_body) {
  auto pods = AllPods(list_body);
  if (pods.ok()) std::erase_if(*pods, [](const ListedPod& pod) { return pod.controller.IsZero(); });
  return pods;
}

}  // namespace windlass
