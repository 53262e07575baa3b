// The autoscaler of the search: which size it computes, and when it writes it.
#include "test/sim/search_autoscaler.h"

#include "test/catch.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim::search_autoscaler_test {
namespace {

struct Row {
  const char* why;
  AutoscalerView view;
  int64_t size;
};

TEST_CASE("A size follows the load of the ready Pods") {
  const Row row = GENERATE(values<Row>({
      {"switched off", {.size = 0, .pods = 0, .ready = 0, .load = 180}, 0},
      {"below the minimum", {.size = 1, .pods = 1, .ready = 1, .load = 100}, 2},
      {"above the maximum", {.size = 12, .pods = 12, .ready = 0, .load = 100}, 8},
      {"no Pod is ready", {.size = 4, .pods = 4, .ready = 0, .load = 180}, 4},
      {"within the tolerance", {.size = 4, .pods = 4, .ready = 4, .load = 110}, 4},
      {"up", {.size = 4, .pods = 4, .ready = 4, .load = 150}, 6},
      {"up to the maximum", {.size = 6, .pods = 6, .ready = 6, .load = 180}, 8},
      {"up, and one is not ready", {.size = 4, .pods = 4, .ready = 3, .load = 150}, 5},
      {"up, and half are not ready", {.size = 4, .pods = 4, .ready = 2, .load = 150}, 4},
      {"down", {.size = 6, .pods = 6, .ready = 6, .load = 50}, 3},
      {"down to the minimum", {.size = 4, .pods = 4, .ready = 4, .load = 40}, 2},
      {"up, beside Pods of a rollout", {.size = 4, .pods = 8, .ready = 8, .load = 60}, 5},
      {"down, as Pods are missing", {.size = 4, .pods = 2, .ready = 2, .load = 150}, 3},
  }));
  INFO(row.why);
  CHECK(SizeFor(row.view, 2, 8) == row.size);
}

TEST_CASE("It scales until its end, and nothing after it") {
  World world{1};
  const SearchWorkload workload(world, {0, "deployment", {{"replicas", 1}}});
  SearchWorkload(world, {0, "deployment", {{"replicas", 1}}}).Create();
  const SearchAutoscaler autoscaler(world, workload, {0, "autoscale", 0, 3, 5}, 1,
                                    MonotonicTime{seconds(60)});
  const auto size = [&] { return ReplicasOf(*workload.Present()); };
  CHECK(size() == 3);  // at once: 1 is below the minimum
  world.Scale("w0", 9);
  world.RunFor(seconds(16));
  CHECK(size() == 5);
  world.RunFor(seconds(60));
  world.Scale("w0", 9);
  world.RunFor(seconds(60));
  CHECK(size() == 9);
}

}  // namespace
}  // namespace windlass::sim::search_autoscaler_test
