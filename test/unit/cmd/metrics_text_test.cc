// The metrics page: names, labels and buckets of its metrics.
#include "cmd/windlass/metrics_text.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "controller/in_place/watch/in_place_metrics.h"
#include "controller/workload/decisions.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/read_metrics.h"

namespace windlass::metrics_text_test {
namespace {

using Labels = MetricsSeries::Labels;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// True if both are equal but for the last digits, which printing as a decimal may change.
bool Near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::abs(b); }

InformerSnapshot InformerOf(const std::string& resource, uint64_t base) {
  InformerSnapshot informer;
  informer.resource = resource;
  informer.reflector.lists = base + 1;
  informer.reflector.watches = base + 2;
  informer.reflector.watch_lists = base + 3;
  informer.reflector.watch_ends["orderly"] = base + 4;
  informer.last_version = static_cast<double>(base + 5);
  return informer;
}

// Returns a snapshot that gives every possible series. No two of upstream's figures are equal.
Snapshot Full() {
  Snapshot snapshot;
  snapshot.leader = true;
  snapshot.lease_name = "windlass";
  snapshot.queue.adds = 11;
  snapshot.queue.retries = 12;
  snapshot.queue.depth_by_priority = {21, 22, 23, 24};
  snapshot.queue.unfinished = milliseconds(1500);
  snapshot.queue.longest_running = milliseconds(750);
  snapshot.controller.queue_duration.Observe(milliseconds(2));
  snapshot.controller.queue_duration.Observe(seconds(60));
  snapshot.controller.work_duration.Observe(milliseconds(500));
  snapshot.controller.decisions[{"Deployment", workload::decisions::kScaleUpNewReplicaSet}] = 1;
  snapshot.client.requests[{"GET", "200"}] = 31;
  snapshot.client.requests[{"PATCH", "409"}] = 32;
  snapshot.client.requests[{"POST", "<error>"}] = 33;
  for (const char* verb : {"GET", "PATCH"}) {
    Histogram& histogram = snapshot.request_duration[verb];
    histogram = RestClientHistogram();
    histogram.Observe(milliseconds(7));
  }
  snapshot.rate_limiter_duration.Observe(seconds(3));
  snapshot.controllers = {"deployment"};
  snapshot.missing_rights = {{"windlass", 0}, {"deployment-controller", 2}};
  snapshot.unserved_objects = {{"Rollout", 3}, {"ReplicationControllerUpdate", 0}};
  InPlaceFigures in_place;
  in_place.patches["Success"] = 1;
  in_place.failures["PodTimeout"] = 1;
  in_place.fallbacks["NoBudget"] = 1;
  in_place.exchanges["Done"] = 1;
  AddInPlaceFigures(in_place, snapshot.figures);
  snapshot.informers = {InformerOf("deployments", 100), InformerOf("replicasets", 200)};
  return snapshot;
}

// --- upstream's ---

struct Row {
  std::string name;
  std::string type;
  Labels labels;
  double value;
};

// The metrics of Kubernetes 1.36, with its names and labels (component-base:
// metrics/prometheus/{workqueue,restclient,controllers,clientgo}). Three things differ:
//   - the queue's depth has a label `priority`, as in controller-runtime;
//   - rest_client_* have no label `host`, because there is one API server;
//   - the rate limiter's duration has no label `verb`.
const std::vector<Row> kFigures = {
    {"workqueue_depth", "gauge", {{"name", "deployment"}, {"priority", "-100"}}, 21},
    {"workqueue_depth", "gauge", {{"name", "deployment"}, {"priority", "0"}}, 22},
    {"workqueue_depth", "gauge", {{"name", "deployment"}, {"priority", "50"}}, 23},
    {"workqueue_depth", "gauge", {{"name", "deployment"}, {"priority", "100"}}, 24},
    {"workqueue_adds_total", "counter", {{"name", "deployment"}}, 11},
    {"workqueue_retries_total", "counter", {{"name", "deployment"}}, 12},
    {"workqueue_unfinished_work_seconds", "gauge", {{"name", "deployment"}}, 1.5},
    {"workqueue_longest_running_processor_seconds", "gauge", {{"name", "deployment"}}, 0.75},
    {"rest_client_requests_total", "counter", {{"method", "GET"}, {"code", "200"}}, 31},
    {"rest_client_requests_total", "counter", {{"method", "PATCH"}, {"code", "409"}}, 32},
    {"rest_client_requests_total", "counter", {{"method", "POST"}, {"code", "<error>"}}, 33},
    {"leader_election_master_status", "gauge", {{"name", "windlass"}}, 1},
    {"running_managed_controllers",
     "gauge",
     {{"manager", "windlass"}, {"name", "deployment-controller"}},
     1},
    {"reflector_lists_total", "counter", {{"resource", "deployments"}}, 101},
    {"reflector_lists_total", "counter", {{"resource", "replicasets"}}, 201},
    {"reflector_watches_total", "counter", {{"resource", "deployments"}}, 102 + 103},
    {"reflector_watches_total", "counter", {{"resource", "replicasets"}}, 202 + 203},
    {"reflector_last_resource_version", "gauge", {{"resource", "deployments"}}, 105},
    {"reflector_last_resource_version", "gauge", {{"resource", "replicasets"}}, 205},
};

struct Buckets {
  std::string name;
  Labels labels;
  std::vector<double> bounds;  // without the last bucket's, +Inf
  std::vector<double> counts;  // cumulative, with the bucket +Inf
  double sum;
};

// Go: ExponentialBuckets(10e-9, 10, 10).
const std::vector<double> kQueueBounds = {1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10};
const std::vector<double> kClientBounds = {0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60};
const std::vector<Buckets> kBuckets = {
    {"workqueue_queue_duration_seconds",
     {{"name", "deployment"}},
     kQueueBounds,
     {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2},
     60.002},
    {"workqueue_work_duration_seconds",
     {{"name", "deployment"}},
     kQueueBounds,
     {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1},
     0.5},
    {"rest_client_request_duration_seconds",
     {{"verb", "GET"}},
     kClientBounds,
     {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
     0.007},
    {"rest_client_request_duration_seconds",
     {{"verb", "PATCH"}},
     kClientBounds,
     {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
     0.007},
    {"rest_client_rate_limiter_duration_seconds",
     {},
     kClientBounds,
     {0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1},
     3},
};

TEST_CASE("figures that upstream has, too, have its names, types and labels (D-540)") {
  const MetricsPage page = ReadMetrics(MetricsText(Full()));
  std::map<std::string, size_t> rows;
  for (const Row& figure : kFigures) ++rows[figure.name];
  for (const Row& figure : kFigures) {
    CAPTURE(figure.name, figure.labels);
    REQUIRE(page.types.contains(figure.name));
    CHECK(page.types.at(figure.name) == figure.type);
    const std::vector<MetricsSeries> all = page.Named(figure.name);
    CHECK(all.size() == rows[figure.name]);
    const auto series = std::ranges::find(all, figure.labels, &MetricsSeries::labels);
    REQUIRE(series != all.end());
    CHECK(series->value == figure.value);
  }
  Proves("D-540");
}

struct Bucket {
  double bound = 0;
  double count = 0;
};

// Returns the histogram's buckets in the page's order. They have its labels, and `le`.
std::vector<Bucket> BucketsOf(const MetricsPage& page, const Buckets& wanted) {
  std::vector<Bucket> found;
  for (const MetricsSeries& series : page.Named(wanted.name + "_bucket")) {
    Labels labels = series.labels;
    const std::string bound = labels["le"];
    labels.erase("le");
    if (labels != wanted.labels) continue;
    found.push_back(
        {bound == "+Inf" ? kInfinity : std::strtod(bound.c_str(), nullptr), series.value});
  }
  return found;
}

TEST_CASE("histograms that upstream has, too, have its buckets (D-540)") {
  const MetricsPage page = ReadMetrics(MetricsText(Full()));
  for (const Buckets& wanted : kBuckets) {
    CAPTURE(wanted.name, wanted.labels);
    REQUIRE(page.types.contains(wanted.name));
    CHECK(page.types.at(wanted.name) == "histogram");
    const std::vector<Bucket> buckets = BucketsOf(page, wanted);
    REQUIRE(buckets.size() == wanted.bounds.size() + 1);
    CHECK(buckets.back().bound == kInfinity);
    for (size_t i = 0; i < buckets.size(); ++i) {
      CAPTURE(i);
      if (i < wanted.bounds.size()) CHECK(Near(buckets[i].bound, wanted.bounds[i]));
      CHECK(buckets[i].count == wanted.counts[i]);
    }
    const auto only = [&](const std::string& suffix) {
      const std::vector<MetricsSeries> all = page.Named(wanted.name + suffix);
      const auto series = std::ranges::find(all, wanted.labels, &MetricsSeries::labels);
      REQUIRE(series != all.end());
      return series->value;
    };
    CHECK(only("_count") == wanted.counts.back());
    CHECK(Near(only("_sum"), wanted.sum));
  }
  Proves("D-540");
}

// --- the whole page ---

TEST_CASE("every family is on the page once, with help, and every series has one") {
  const MetricsPage page = ReadMetrics(MetricsText(Full()));
  CHECK(static_cast<size_t>(page.families) == page.types.size());
  CHECK(page.helped.size() == page.types.size());
  for (const MetricsSeries& series : page.series) {
    CAPTURE(series.name);
    const std::string family = page.FamilyOf(series);
    CHECK(page.types.contains(family));
    CHECK(page.helped.contains(family));
  }
}

TEST_CASE("who does not lead says so") {
  Snapshot snapshot = Full();
  snapshot.leader = false;
  const MetricsPage page = ReadMetrics(MetricsText(snapshot));
  CHECK(page.Named("leader_election_master_status").at(0).value == 0);
  CHECK(page.Named("running_managed_controllers").at(0).value == 0);
}

TEST_CASE("the queue has the names of all controllers that share it") {
  Snapshot snapshot = Full();
  snapshot.controllers = {"deployment", "rollout"};
  const MetricsPage page = ReadMetrics(MetricsText(snapshot));
  CHECK(page.Named("workqueue_adds_total").at(0).labels.at("name") == "deployment,rollout");
}

TEST_CASE("missing rights are counted by the controller that needs them") {
  const MetricsPage page = ReadMetrics(MetricsText(Full()));
  std::map<std::string, double> counted;
  for (const MetricsSeries& series : page.Named("windlass_missing_rights")) {
    counted[series.labels.at("controller")] = series.value;
  }
  CHECK(counted == std::map<std::string, double>{{"windlass", 0}, {"deployment-controller", 2}});
}

TEST_CASE("objects that no process carries out are counted by kind") {
  const MetricsPage page = ReadMetrics(MetricsText(Full()));
  std::map<std::string, double> counted;
  for (const MetricsSeries& series : page.Named("windlass_unserved_objects")) {
    counted[series.labels.at("kind")] = series.value;
  }
  CHECK(counted ==
        std::map<std::string, double>{{"Rollout", 3}, {"ReplicationControllerUpdate", 0}});
}

TEST_CASE("the process tells of itself") {
  const MetricsPage page = ReadMetrics(MetricsText({}));
  for (const char* name : {"process_resident_memory_bytes", "process_virtual_memory_bytes",
                           "process_start_time_seconds", "process_open_fds", "process_max_fds"}) {
    CAPTURE(name);
    const std::vector<MetricsSeries> series = page.Named(name);
    REQUIRE(series.size() == 1);
    CHECK(series[0].value > 0);
  }
  CHECK(page.Named("windlass_build_info").at(0).labels.contains("version"));
}

}  // namespace
}  // namespace windlass::metrics_text_test
