#include "test/sim/image_behaviour.h"

#include <string>

#include "test/catch.h"

namespace windlass::sim::image_behaviour_test {
namespace {

constexpr Duration kNone{0};

struct Row {
  std::string image;
  bool missing;
  bool never_ready;
  Duration pull, start, ready, stop;
  int64_t crash_ms;  // -1: it does not crash
  int64_t exit_ms;
};

int64_t Milliseconds(const std::optional<Duration>& duration) {
  if (!duration) return -1;
  return std::chrono::duration_cast<milliseconds>(*duration).count();
}

TEST_CASE("An image's name says how its container behaves, as in test/cluster") {
  const Row row = GENERATE(values<Row>({
      {"nginx", false, false, kNone, kNone, kNone, kNone, -1, -1},
      {"web:404", true, false, kNone, kNone, kNone, kNone, -1, -1},
      {"web-missing:1", true, false, kNone, kNone, kNone, kNone, -1, -1},
      {"web:4040", false, false, kNone, kNone, kNone, kNone, -1, -1},
      {"missing.example/web:1", false, false, kNone, kNone, kNone, kNone, -1, -1},
      {"a.example:5000/missing", true, false, kNone, kNone, kNone, kNone, -1, -1},
      {"web@sha256:404", false, false, kNone, kNone, kNone, kNone, -1, -1},
      {"web:never-ready", false, true, kNone, kNone, kNone, kNone, -1, -1},
      {"web:slow-pull-2s-slow-start-500ms", false, false, seconds(2), milliseconds(500), kNone,
       kNone, -1, -1},
      {"web-slow-stop-1m:slow-ready-1.5s", false, false, kNone, kNone, milliseconds(1500),
       seconds(60), -1, -1},
      {"web:crash-5s", false, false, kNone, kNone, kNone, kNone, 5000, -1},
      {"web:exits-0s", false, false, kNone, kNone, kNone, kNone, -1, 0},
      {"web:crash-5sec", false, false, kNone, kNone, kNone, kNone, -1, -1},
      {"web:uncrash-5s", false, false, kNone, kNone, kNone, kNone, -1, -1},
  }));
  CAPTURE(row.image);
  const ImageBehaviour got = BehaviourOf(row.image);
  CHECK(got.missing == row.missing);
  CHECK(got.never_ready == row.never_ready);
  CHECK(got.pull == row.pull);
  CHECK(got.start == row.start);
  CHECK(got.ready == row.ready);
  CHECK(got.stop == row.stop);
  CHECK(Milliseconds(got.crash) == row.crash_ms);
  CHECK(Milliseconds(got.exit) == row.exit_ms);
}

TEST_CASE("Two tags are one digest when their names say so") {
  const std::string one = ImageIdOf("registry.example:5000/web:1-digest-abc");
  CHECK(one.starts_with("registry.example:5000/web@sha256:"));
  CHECK(one.size() == std::string("registry.example:5000/web@sha256:").size() + 64);
  CHECK(one == ImageIdOf("registry.example:5000/web:2-digest-abc"));
  CHECK(one != ImageIdOf("registry.example:5000/web:2-digest-abd"));
  CHECK(one != ImageIdOf("registry.example:5000/web:1-undigest-abc"));
  CHECK(ImageIdOf("web:1") != ImageIdOf("web:2"));
  CHECK(ImageIdOf("web:1@sha256:77") == "web@sha256:77");
}

}  // namespace
}  // namespace windlass::sim::image_behaviour_test
