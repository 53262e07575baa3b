#include "controller/rollout/images_text.h"

#include <string_view>

#include "kubeclient/api/json_reader.h"

namespace windlass::rollout {
namespace {

constexpr std::string_view kMoreImages = ",…";

// Adds `image` to `text`. If `image` does not fit, adds "…" instead, and returns false.
bool AddImage(std::string_view image, std::string& text) {
  const size_t comma = text.empty() ? 0 : 1;
  if (text.size() + comma + image.size() + kMoreImages.size() > kImagesBytesMax) {
    text += text.empty() ? kMoreImages.substr(1) : kMoreImages;
    return false;
  }
  if (comma > 0) text += ',';
  text += image;
  return true;
}

std::string ReadImages(JsonReader& in) {
  std::string text;
  bool fits = true;
  in.Array([&] {
    in.Object([&](std::string_view key) {
      if (key == "image" && fits) fits = AddImage(in.String(), text);
    });
  });
  return text;
}

}  // namespace

std::string ImagesOfTemplate(const Workload& workload) {
  return workload.template_json == nullptr ? "" : ImagesIn(*workload.template_json);
}

std::string ImagesIn(const std::string& template_json) {
  JsonReader in;
  std::string images;
  in.Begin(template_json);
  in.Object([&](std::string_view key) {
    if (key != "spec") return;
    in.Object([&](std::string_view member) {
      if (member == "containers") images = ReadImages(in);
    });
  });
  return in.End().ok() ? images : "";
}

}  // namespace windlass::rollout
