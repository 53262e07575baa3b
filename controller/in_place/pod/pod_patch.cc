#include "controller/in_place/pod/pod_patch.h"

#include <map>
#include <nlohmann/json.hpp>

#include "controller/in_place/template/json_diff.h"
#include "controller/in_place/template/json_operations.h"
#include "controller/in_place/template/metadata.h"
#include "controller/in_place/template/tolerations.h"
#include "controller/in_place/template/words.h"
#include "controller/workload/in_place_annotations.h"

namespace windlass::in_place {
namespace {

Json Parse(const std::string& text) {
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

// Returns the index of each container by name. If two have the same name, the first one counts.
std::map<std::string_view, size_t> PlacesOf(const std::vector<ContainerImage>& containers) {
  std::map<std::string_view, size_t> places;
  for (size_t i = 0; i < containers.size(); ++i) places.emplace(containers[i].name, i);
  return places;
}

Status ChangeImages(const SeenPod& pod, const std::vector<ImageChange>& changes,
                    Operations& operations) {
  const auto containers = PlacesOf(pod.containers);
  const auto init_containers = PlacesOf(pod.init_containers);
  for (const ImageChange& change : changes) {
    const bool init = change.kind != ContainerKind::kApp;
    const auto& places = init ? init_containers : containers;
    const auto found = places.find(change.container);
    if (found == places.end()) {
      return Error{ErrorKind::kInvalid, "pod " + pod.key.ToString() + " has no " +
                                            (init ? "init container " : "container ") +
                                            Quoted(change.container)};
    }
    const ContainerImage& seen = (init ? pod.init_containers : pod.containers)[found->second];
    const std::string path =
        (init ? "/spec/initContainers" : "/spec/containers") + PointerTo(found->second);
    operations.Test(path + "/name", seen.name);
    operations.Test(path + "/image", seen.image);
    if (seen.image != change.to) operations.Replace(path + "/image", change.to);
  }
  return Unit{};
}

Status ChangeTolerations(const SeenPod& pod, const std::vector<TolerationChange>& changes,
                         Operations& operations) {
  if (changes.empty()) return Unit{};
  const std::string path = "/spec/tolerations";
  std::vector<Json> present;
  for (const std::string& text : pod.tolerations) {
    present.push_back(Parse(text));
    if (present.back().is_object()) continue;
    return Error{ErrorKind::kMalformed, "pod " + pod.key.ToString() + ": toleration " +
                                            Quoted(text) + " is not a JSON object"};
  }
  Json added = Json::array();
  for (const TolerationEdit& edit : EditsFor(present, changes)) {
    if (!edit.index) {
      added.push_back(Parse(edit.to));
      continue;
    }
    const std::string place = path + PointerTo(*edit.index);
    operations.Test(place, present[*edit.index]);
    operations.Replace(place, Parse(edit.to));
  }
  if (present.empty()) {
    operations.Test(path, nullptr);
    operations.Put(path, added);
    return Unit{};
  }
  for (const Json& toleration : added) operations.Put(path + "/-", toleration);
  return Unit{};
}

}  // namespace

Result<Request> PatchPod(const SeenPod& pod, const TemplateChanges& changes, std::string_view state,
                         int64_t revision) {
  Operations operations;
  operations.Test("/metadata/deletionTimestamp", nullptr);
  if (!pod.has_node) operations.Test("/spec/nodeName", nullptr);
  if (pod.generation > 0) operations.Test("/metadata/generation", pod.generation);
  if (pod.version) operations.Test("/metadata/resourceVersion", pod.version->text);
  operations.TestState(pod.has_annotations, pod.state);
  WINDLASS_TRY([[maybe_unused]] const Unit images, ChangeImages(pod, changes.images, operations));
  TextChanges annotations = changes.annotations;
  annotations[std::string(kPodState)] = std::string(state);
  operations.ChangeMap("/metadata/annotations", pod.has_annotations, annotations);
  TextChanges labels = changes.labels;
  labels[std::string(kRevisionLabel)] = std::to_string(revision);
  operations.ChangeMap("/metadata/labels", pod.has_labels, labels);
  WINDLASS_TRY([[maybe_unused]] const Unit tolerations,
               ChangeTolerations(pod, changes.tolerations, operations));
  return Request::GuardedJsonPatch(resources::kPods, pod.key, pod.uid, operations.Text());
}

}  // namespace windlass::in_place
