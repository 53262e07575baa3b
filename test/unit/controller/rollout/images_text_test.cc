// The images of a template as one text.
#include "controller/rollout/images_text.h"

#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/stored_rollout.h"

namespace windlass::rollout::images_text_test {
namespace {

using Json = nlohmann::json;

std::string ImagesOf(const Json& pod_spec) {
  StoredRollout rollout;
  rollout.object["spec"]["template"]["spec"] = pod_spec;
  return ImagesOfTemplate(rollout.Look());
}

Json Containers(const std::vector<std::string>& images) {
  Json list = Json::array();
  for (const std::string& image : images) {
    list.push_back({{"image", image}, {"name", "c" + std::to_string(list.size())}});
  }
  return {{"containers", list}, {"initContainers", Json::array({{{"image", "init:v1"}}})}};
}

TEST_CASE("the images are those of the containers, in their order (RO-153)") {
  CHECK(ImagesOf(Containers({"app:v2"})) == "app:v2");
  CHECK(ImagesOf(Containers({"app:v2", "agent:v1", "app:v2"})) == "app:v2,agent:v1,app:v2");
  CHECK(ImagesOf(Containers({R"(a"b\c)"})) == R"(a"b\c)");
  Proves("RO-153");
}

TEST_CASE("of a template without images there is no text (RO-153)") {
  CHECK(ImagesOf(Containers({})).empty());
  CHECK(ImagesOf(Json::object()).empty());
  CHECK(ImagesOf(R"({"containers":[{"name":"a"},7]})"_json).empty());
  CHECK(ImagesOf(R"({"containers":[{"name":"a","image":7}]})"_json).empty());
  CHECK(ImagesOf(R"({"containers":"many"})"_json).empty());
  Proves("RO-153");
}

TEST_CASE("images that do not fit are left out, and the text says so (RO-153)") {
  const std::string image(400, 'x');
  const std::string three = image + "," + image + "," + image;
  CHECK(ImagesOf(Containers({image, image, image})) == three);
  CHECK(ImagesOf(Containers({image, image, image, image, "app:v2"})) == three + ",…");
  CHECK(ImagesOf(Containers({std::string(kImagesBytesMax, 'x'), "app:v2"})) == "…");
  Proves("RO-153");
}

}  // namespace
}  // namespace windlass::rollout::images_text_test
