#include "kubeclient/api/unready_pods.h"

#include <algorithm>
#include <utility>

#include "kubeclient/api/json_reader.h"
#include "kubeclient/api/lenient_reader.h"
#include "kubeclient/api/pod_list.h"

namespace windlass {
namespace {

// What ReadPod needs of status.conditions.
struct Conditions {
  bool ready = false;
  bool unschedulable = false;  // PodScheduled is False, for whatever reason
  std::string scheduling_message;
};

// If the status has several conditions of one type, the first one counts.
void ReadConditions(JsonReader& in, Conditions& out) {
  bool has_ready = false;
  bool has_scheduled = false;
  lenient::Array(in, [&] {
    std::string type;
    std::string status;
    std::string message;
    lenient::Object(in, [&](std::string_view key) {
      if (key == "type")
        type = lenient::Text(in);
      else if (key == "status")
        status = lenient::Text(in);
      else if (key == "message")
        message = lenient::Text(in);
    });
    if (type == "Ready" && !std::exchange(has_ready, true)) out.ready = status == "True";
    if (type != "PodScheduled" || std::exchange(has_scheduled, true)) return;
    out.unschedulable = status == "False";
    if (out.unschedulable) out.scheduling_message = std::move(message);
  });
}

// A container's state or lastState: whether it runs, whether it has ended ("terminated"), and how.
struct Ended {
  bool runs = false;
  bool there = false;
  std::optional<int64_t> exit_code;
  std::string reason;
};

void ReadState(JsonReader& in, Ended& ended, UnreadyContainer* waiting) {
  lenient::Object(in, [&](std::string_view key) {
    if (key == "terminated") {
      if (in.type() != JsonReader::Type::kObject) return;
      ended.there = true;
      in.Object([&](std::string_view member) {
        if (member == "exitCode")
          ended.exit_code = lenient::Whole(in);
        else if (member == "reason")
          ended.reason = lenient::Text(in);
      });
    } else if (key == "running") {
      ended.runs = in.type() == JsonReader::Type::kObject;
    } else if (key == "waiting" && waiting != nullptr) {
      lenient::Object(in, [&](std::string_view member) {
        if (member == "reason")
          waiting->waiting_reason = lenient::Text(in);
        else if (member == "message")
          waiting->waiting_message = lenient::Text(in);
      });
    }
  });
}

void ReadContainers(JsonReader& in, bool of_init, std::vector<UnreadyContainer>& containers) {
  containers.clear();
  lenient::Array(in, [&] {
    UnreadyContainer container;
    bool ready = false;
    Ended now;
    Ended before;
    lenient::Object(in, [&](std::string_view key) {
      if (key == "name")
        container.name = lenient::Text(in);
      else if (key == "ready")
        ready = lenient::IsTrue(in);
      else if (key == "restartCount")
        container.restarts = lenient::Whole(in).value_or(0);
      else if (key == "state")
        ReadState(in, now, &container);
      else if (key == "lastState")
        ReadState(in, before, nullptr);
    });
    if (ready || (of_init && now.there && now.exit_code.value_or(0) == 0)) return;
    Ended& end = now.there ? now : before;
    container.exit_code = end.exit_code;
    container.exit_reason = std::move(end.reason);
    container.init_runs = of_init && now.runs;
    containers.push_back(std::move(container));
  });
}

// Reads spec.initContainers. Returns the names of the sidecars: init containers that go on running.
std::vector<std::string> ReadSidecars(JsonReader& in) {
  std::vector<std::string> names;
  lenient::Array(in, [&] {
    std::string name;
    bool goes_on = false;
    lenient::Object(in, [&](std::string_view key) {
      if (key == "name")
        name = lenient::Text(in);
      else if (key == "restartPolicy")
        goes_on = lenient::Text(in) == "Always";
    });
    if (goes_on) names.push_back(std::move(name));
  });
  return names;
}

// Reads a Pod; adds it if it is neither ready nor being deleted.
void ReadPod(JsonReader& in, std::vector<UnreadyPod>& pods) {
  UnreadyPod pod;
  Conditions conditions;
  std::vector<UnreadyContainer> others;
  std::vector<std::string> sidecars;
  bool leaves = false;
  lenient::Object(in, [&](std::string_view key) {
    if (key == "metadata") {
      lenient::Object(in, [&](std::string_view member) {
        if (member == "name")
          pod.name = lenient::Text(in);
        else if (member == "ownerReferences")
          pod.controller = lenient::Controller(in).value_or(Uid{});
        else if (member == "deletionTimestamp")
          leaves = !lenient::Text(in).empty();
      });
    } else if (key == "spec") {
      lenient::Object(in, [&](std::string_view member) {
        if (member == "initContainers") sidecars = ReadSidecars(in);
      });
    } else if (key == "status") {
      lenient::Object(in, [&](std::string_view member) {
        if (member == "conditions")
          ReadConditions(in, conditions);
        else if (member == "initContainerStatuses")
          ReadContainers(in, /*of_init=*/true, pod.containers);
        else if (member == "containerStatuses")
          ReadContainers(in, /*of_init=*/false, others);
      });
    }
  });
  if (leaves || conditions.ready) return;
  pod.unschedulable = conditions.unschedulable;
  pod.scheduling_message = std::move(conditions.scheduling_message);
  for (UnreadyContainer& init : pod.containers) {
    if (std::ranges::find(sidecars, init.name) != sidecars.end()) init.init_runs = false;
  }
  for (UnreadyContainer& container : others) pod.containers.push_back(std::move(container));
  pods.push_back(std::move(pod));
}

}  // namespace

ListOptions FirstLivePods(std::string label_selector, int limit) {
  return {.label_selector = std::move(label_selector),
          .field_selector = std::string(kLivePods),
          .limit = limit};
}

Result<std::vector<UnreadyPod>> UnreadyPods(std::string_view list_body) {
  JsonReader in;
  std::vector<UnreadyPod> pods;
  bool has_items = false;
  in.Begin(list_body);
  in.AllMembers([&](std::string_view key) {
    if (key != "items") return;
    has_items = true;
    if (in.type() == JsonReader::Type::kNull) return in.Null();  // Go writes an empty list as null
    in.Array([&] { ReadPod(in, pods); });
  });
  if (const Status whole = in.End(); !whole.ok()) return Error(whole.error()).Context("pod list");
  if (!has_items) return Error{ErrorKind::kMalformed, "pod list: items is missing"};
  return pods;
}

}  // namespace windlass
