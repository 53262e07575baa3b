#include "controller/in_place/template/template_images.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "kubeclient/api/json_reader.h"

namespace windlass::in_place {
namespace {

void ReadContainers(JsonReader& in, std::vector<ContainerImage>& out) {
  out.clear();
  in.Array([&] {
    ContainerImage container;
    in.Object([&](std::string_view key) {
      if (key == "name")
        container.name = in.String();
      else if (key == "image")
        container.image = in.String();
    });
    out.push_back(std::move(container));
  });
}

}  // namespace

Result<TemplateImages> ReadTemplateImages(const Fingerprint& fingerprint,
                                          std::string_view template_json) {
  JsonReader in;
  std::vector<ContainerImage> init;
  std::vector<ContainerImage> app;
  in.Begin(template_json);
  in.Object([&](std::string_view key) {
    if (key != "spec") return;
    init.clear();
    app.clear();
    in.Object([&](std::string_view member) {
      if (member == "initContainers")
        ReadContainers(in, init);
      else if (member == "containers")
        ReadContainers(in, app);
    });
  });
  WINDLASS_TRY([[maybe_unused]] const Unit whole, in.End());
  TemplateImages images{.fingerprint = fingerprint, .containers = std::move(init)};
  std::ranges::move(app, std::back_inserter(images.containers));
  return images;
}

// Compares the containers in order, and looks one up by name only where the order differs. A Pod
// lists its containers in the order of its template, but a webhook may have added further
// containers between them.
bool HasImagesOf(const Pod& pod, const TemplateImages& images) {
  size_t next = 0;
  return std::ranges::all_of(images.containers, [&](const ContainerImage& wanted) {
    const bool in_order = next < pod.containers.size() && pod.containers[next].name == wanted.name;
    const PodContainer* container = in_order ? &pod.containers[next] : pod.Find(wanted.name);
    if (in_order) ++next;
    return container != nullptr && container->image == wanted.image;
  });
}

}  // namespace windlass::in_place
