// What Prometheus reads when it scrapes: a page in its text format, version 0.0.4. A page is made
// for each scrape from what is so at that moment, so that no series outlives what it tells of, and
// nothing is counted where nobody scrapes.
// Threads: thread-compatible.
// Source: prometheus.io/docs/instrumenting/exposition_formats
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hypnos/telemetry/duration_histogram.h"

namespace hypnos {

// Names and values. Values may be any bytes: what is no printable UTF-8 is shown as \x and digits.
using MetricLabels = std::vector<std::pair<std::string, std::string>>;

class MetricsPage {
 public:
  MetricsPage();
  ~MetricsPage();
  MetricsPage(const MetricsPage&) = delete;
  MetricsPage& operator=(const MetricsPage&) = delete;

  // Names and helps as Prometheus's guide wants them: hypnos_, base units, _total for what only
  // grows. Of the same name and labels the first value stays. Mistake: one name for two kinds.
  void AddCounter(const std::string& name, const std::string& help, const MetricLabels& labels,
                  double value);
  void AddGauge(const std::string& name, const std::string& help, const MetricLabels& labels,
                double value);
  void AddHistogram(const std::string& name, const std::string& help, const MetricLabels& labels,
                    const DurationHistogram& histogram);

  // Families in the order in which they came.
  std::string Text() const;

 private:
  class Families;
  std::unique_ptr<Families> families_;
};

}  // namespace hypnos
