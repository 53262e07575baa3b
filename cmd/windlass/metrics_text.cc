#include "cmd/windlass/metrics_text.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>
#include <variant>
#include <vector>

#include "cmd/windlass/controllers_flag.h"
#include "cmd/windlass/process_metrics.h"
#include "windlass_version.h"

namespace windlass {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

// A metrics page. Its families are in the order in which they were first used. Several controllers
// may add to one family.
class Page {
 public:
  void Gauge(const std::string& name, const std::string& help, double value,
             const Labels& labels = {}) {
    Add(name, help, prometheus::MetricType::Gauge, labels).gauge.value = value;
  }
  void Counter(const std::string& name, const std::string& help, double value,
               const Labels& labels = {}) {
    Add(name, help, prometheus::MetricType::Counter, labels).counter.value = value;
  }
  void Distribution(const std::string& name, const std::string& help, const Histogram& histogram,
                    const Labels& labels) {
    auto& out = Add(name, help, prometheus::MetricType::Histogram, labels).histogram;
    out.sample_count = histogram.count();
    out.sample_sum = histogram.sum;
    uint64_t cumulative = 0;
    for (size_t i = 0; i < histogram.counts.size(); ++i) {
      cumulative += histogram.counts[i];
      const double bound = i < histogram.bounds.size() ? histogram.bounds[i]
                                                       : std::numeric_limits<double>::infinity();
      out.bucket.push_back({cumulative, bound});
    }
  }
  std::string Text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  prometheus::ClientMetric& Add(const std::string& name, const std::string& help,
                                prometheus::MetricType type, const Labels& labels) {
    auto family = std::ranges::find(families_, name, &prometheus::MetricFamily::name);
    if (family == families_.end()) {
      families_.push_back({name, help, type, {}});
      family = std::prev(families_.end());
    }
    prometheus::ClientMetric metric;
    for (const auto& [key, value] : labels) metric.label.push_back({key, value});
    family->metric.push_back(std::move(metric));
    return family->metric.back();
  }

  std::vector<prometheus::MetricFamily> families_;
};

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }
double Number(std::integral auto value) { return static_cast<double>(value); }

void Process(Page& page) {
  const ProcessFigures figures = ReadProcessFigures();
  page.Counter("process_cpu_seconds_total", "User and system CPU time spent in seconds.",
               figures.cpu_seconds);
  page.Gauge("process_resident_memory_bytes", "Resident memory size in bytes.",
             figures.resident_bytes);
  page.Gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.",
             figures.virtual_bytes);
  page.Gauge("process_start_time_seconds", "Start time since the Unix epoch in seconds.",
             figures.start_time_seconds);
  page.Gauge("process_open_fds", "Number of open file descriptors.", figures.open_fds);
  page.Gauge("process_max_fds", "Maximum number of open file descriptors.", figures.max_fds);
  page.Gauge("windlass_build_info", "The version that is running.", 1,
             {{"version", WINDLASS_VERSION}});
}

// Returns the name of the queue, which all controllers of the process share: "deployment" if that
// controller runs alone, "deployment,rollout" if both run.
std::string QueueName(const Snapshot& snapshot) {
  std::string name;
  for (const std::string& controller : snapshot.controllers) {
    name += (name.empty() ? "" : ",") + controller;
  }
  return name;
}

void Queue(Page& page, const Snapshot& snapshot) {
  const std::string queue = QueueName(snapshot);
  const Labels name = {{"name", queue}};
  for (size_t i = 0; i < kPriorities; ++i) {
    // The label `priority` is that of controller-runtime's priority queue.
    page.Gauge("workqueue_depth", "Current depth of workqueue by workqueue and priority",
               Number(snapshot.queue.depth_by_priority[i]),
               {{"name", queue}, {"priority", std::to_string(PointsOf(static_cast<Priority>(i)))}});
  }
  page.Counter("workqueue_adds_total", "Total number of adds handled by workqueue",
               Number(snapshot.queue.adds), name);
  page.Distribution("workqueue_queue_duration_seconds",
                    "How long in seconds an item stays in workqueue before being requested",
                    snapshot.controller.queue_duration, name);
  page.Distribution("workqueue_work_duration_seconds",
                    "How long in seconds processing an item from workqueue takes.",
                    snapshot.controller.work_duration, name);
  page.Gauge("workqueue_unfinished_work_seconds",
             "How many seconds of work has been done that is in progress",
             Seconds(snapshot.queue.unfinished), name);
  page.Gauge("workqueue_longest_running_processor_seconds",
             "How many seconds has the longest running processor been running",
             Seconds(snapshot.queue.longest_running), name);
  page.Counter("workqueue_retries_total", "Total number of retries handled by workqueue",
               Number(snapshot.queue.retries), name);
}

void RestClient(Page& page, const Snapshot& snapshot) {
  for (const auto& [method_and_code, count] : snapshot.client.requests) {
    page.Counter("rest_client_requests_total",
                 "Number of HTTP requests, partitioned by status code and method.", Number(count),
                 {{"method", method_and_code.first}, {"code", method_and_code.second}});
  }
  for (const auto& [verb, histogram] : snapshot.request_duration) {
    page.Distribution("rest_client_request_duration_seconds",
                      "Request latency in seconds. Broken down by verb.", histogram,
                      {{"verb", verb}});
  }
  page.Distribution("rest_client_rate_limiter_duration_seconds",
                    "Client side rate limiter latency in seconds.", snapshot.rate_limiter_duration,
                    {});
  page.Gauge("windlass_client_rate", "Calls per second allowed just now; 0 means no limit.",
             snapshot.client.rate);
  page.Counter("windlass_client_throttled_total", "Answers 429 and 503.",
               Number(snapshot.client.throttled));
  page.Counter("windlass_api_requests_total",
               "Requests sent to the API server: watches, Lease and probes included.",
               Number(snapshot.requests_sent));
  page.Gauge("windlass_api_server_away", "1 while the API server does not answer.",
             snapshot.server_away ? 1 : 0);
  page.Counter("windlass_api_server_outages_total", "Times the API server did not answer.",
               Number(snapshot.server_times_away));
  page.Counter("windlass_api_server_probes_total", "Requests of /readyz during outages.",
               Number(snapshot.server_probes));
  page.Gauge("windlass_client_in_flight", "Requests in flight.", Number(snapshot.client.in_flight));
  page.Gauge("windlass_client_waiting", "Requests waiting for a slot or the rate limit.",
             Number(snapshot.client.waiting));
}

// Adds metrics with one series per informer, whose value the function `value` computes.
class InformerPage {
 public:
  InformerPage(Page& page, const std::vector<InformerSnapshot>& informers)
      : page_(page), informers_(informers) {}

  template <typename Value>
  void Each(const char* name, const char* help, Value value, bool counter) {
    for (const InformerSnapshot& informer : informers_) {
      const Labels labels = {{"resource", informer.resource}};
      if (counter) {
        page_.Counter(name, help, value(informer), labels);
      } else {
        page_.Gauge(name, help, value(informer), labels);
      }
    }
  }

 private:
  Page& page_;
  const std::vector<InformerSnapshot>& informers_;
};

void WhatInformersHear(Page& page, const std::vector<InformerSnapshot>& informers) {
  InformerPage series(page, informers);
  using I = InformerSnapshot;
  series.Each(
      "reflector_lists_total", "Total number of API lists done by the reflectors",
      [](const I& i) { return Number(i.reflector.lists); }, true);
  series.Each(
      "reflector_watches_total", "Total number of API watches done by the reflectors",
      [](const I& i) { return Number(i.reflector.watches + i.reflector.watch_lists); }, true);
  series.Each(
      "reflector_last_resource_version", "Last resource version seen for the reflectors",
      [](const I& i) { return i.last_version; }, false);
  series.Each(
      "windlass_informer_synced", "1 once the first complete state was applied.",
      [](const I& i) { return i.synced ? 1.0 : 0.0; }, false);
  series.Each(
      "windlass_informer_objects", "Objects in the cache.",
      [](const I& i) { return Number(i.objects); }, false);
  series.Each(
      "windlass_quarantined_objects", "Objects whose latest version could not be decoded.",
      [](const I& i) { return Number(i.quarantined); }, false);
  for (const I& i : informers) {
    const auto events = [&](const char* type, uint64_t count) {
      page.Counter("windlass_informer_events_total", "Watch events received, by type.",
                   Number(count), {{"resource", i.resource}, {"type", type}});
    };
    events("added", i.reflector.added);
    events("modified", i.reflector.modified);
    events("deleted", i.reflector.deleted);
    events("bookmark", i.reflector.bookmarks);
    events("other_kind", i.reflector.wrong_types);
    events("unknown", i.reflector.unknown_types);
  }
  series.Each(
      "windlass_informer_duplicate_events_total", "Events for a version already cached.",
      [](const I& i) { return Number(i.duplicates); }, true);
  series.Each(
      "windlass_informer_stale_events_total", "Events older than what is cached.",
      [](const I& i) { return Number(i.stale); }, true);
  series.Each(
      "windlass_informer_decode_errors_total", "Objects that could not be decoded.",
      [](const I& i) { return Number(i.reflector.decode_errors); }, true);
}

void HowInformersFare(Page& page, const std::vector<InformerSnapshot>& informers) {
  InformerPage series(page, informers);
  using I = InformerSnapshot;
  series.Each(
      "windlass_informer_relists_total", "Lists made because the watch was too old (410).",
      [](const I& i) { return Number(i.reflector.relists_after_gone); }, true);
  series.Each(
      "windlass_informer_seconds_since_last_heard", "Since the last event or bookmark.",
      [](const I& i) { return i.seconds_since_last_heard; }, false);
  series.Each(
      "windlass_informer_seconds_since_last_bookmark", "Since the last bookmark.",
      [](const I& i) { return i.seconds_since_last_bookmark; }, false);
  series.Each(
      "windlass_informer_sync_seconds", "How long the first complete state took; 0 before.",
      [](const I& i) { return i.sync_seconds; }, false);
  series.Each(
      "windlass_informer_time_travels_total", "Lists and bookmarks older than what was known.",
      [](const I& i) { return Number(i.reflector.time_travels); }, true);
  series.Each(
      "windlass_informer_vanish_alarms_total", "Lists without most objects, confirmed by another.",
      [](const I& i) { return Number(i.reflector.vanish_alarms); }, true);
  series.Each(
      "windlass_informer_resets_total", "Caches given up because the cluster has another past.",
      [](const I& i) { return Number(i.reflector.resets); }, true);
  series.Each(
      "windlass_cache_audits_total", "Comparisons of the cache with a list.",
      [](const I& i) { return Number(i.audit.audits); }, true);
  series.Each(
      "windlass_cache_audit_differences_total", "Objects that differed. A bug unless 0.",
      [](const I& i) { return Number(i.audit.differences); }, true);
  for (const I& informer : informers) {
    for (const auto& [reason, count] : informer.reflector.watch_ends) {
      page.Counter("windlass_informer_watch_ends_total", "Watches that ended, by reason.",
                   Number(count), {{"resource", informer.resource}, {"reason", reason}});
    }
  }
}

void Controllers(Page& page, const Snapshot& snapshot) {
  page.Gauge("leader_election_master_status", "1 while this process leads.",
             snapshot.leader ? 1 : 0, {{"name", snapshot.lease_name}});
  for (const std::string& name : snapshot.controllers) {
    page.Gauge("running_managed_controllers", "Indicates where instances of a controller run",
               snapshot.leader ? 1 : 0, {{"manager", "windlass"}, {"name", FullName(name)}});
  }
  for (const auto& [controller, count] : snapshot.missing_rights) {
    page.Gauge("windlass_missing_rights",
               "Rights that the latest review found missing, by the controller that needs them.",
               Number(count), {{"controller", controller}});
  }
  for (const auto& [decision, count] : snapshot.controller.decisions) {
    page.Counter("windlass_decisions_total", "Writes that changed the cluster, by decision.",
                 Number(count), {{"decision", std::string(decision.name)}});
  }
  page.Counter("windlass_syncs_total", "Syncs begun.", Number(snapshot.controller.syncs));
  page.Counter("windlass_conflicts_total", "Writes refused because the object had changed.",
               Number(snapshot.controller.conflicts));
  page.Counter("windlass_uncertain_writes_total", "Writes that got no usable answer.",
               Number(snapshot.controller.uncertain));
  page.Counter("windlass_internal_errors_total", "Syncs that failed by a fault of Windlass.",
               Number(snapshot.controller.internal_errors));
  page.Counter("windlass_events_sent_total", "Kubernetes Events written.",
               Number(snapshot.events.sent));
  page.Counter("windlass_events_dropped_total", "Kubernetes Events given up.",
               Number(snapshot.events.dropped));
}

void OfControllers(Page& page, const Figures& figures) {
  for (const Figure& figure : figures) {
    if (const auto* counter = std::get_if<Figure::Counter>(&figure.value)) {
      page.Counter(figure.name, figure.help, Number(counter->value), figure.labels);
    } else if (const auto* gauge = std::get_if<Figure::Gauge>(&figure.value)) {
      page.Gauge(figure.name, figure.help, gauge->value, figure.labels);
    } else {
      page.Distribution(figure.name, figure.help, std::get<Histogram>(figure.value), figure.labels);
    }
  }
}

}  // namespace

std::string MetricsText(const Snapshot& snapshot) {
  Page page;
  Process(page);
  Controllers(page, snapshot);
  OfControllers(page, snapshot.figures);
  Queue(page, snapshot);
  RestClient(page, snapshot);
  WhatInformersHear(page, snapshot.informers);
  HowInformersFare(page, snapshot.informers);
  return page.Text();
}

}  // namespace windlass
