#include "hypnos/telemetry/metrics_page.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <set>
#include <sstream>
#include <string_view>

#include "hypnos/base/check.h"
#include "hypnos/base/utf8.h"

namespace hypnos {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

ClientMetric Labelled(const MetricLabels& labels) {
  ClientMetric metric;
  // Prometheus refuses the whole page for one byte that is no UTF-8.
  for (const auto& [name, value] : labels) metric.label.push_back({name, PrintableUtf8(value)});
  return metric;
}

}  // namespace

class MetricsPage::Families {
 public:
  void Add(const std::string& name, const std::string& help, MetricType type, ClientMetric metric) {
    const auto [found, is_new] = places_.emplace(name, families_.size());
    if (is_new) families_.push_back({name, help, type, {}});
    MetricFamily& family = families_[found->second];
    HYPNOS_CHECK(family.type == type);
    // Two names may look the same once they are printable; twice the same would void the page.
    if (taken_.emplace(found->second, metric.label).second) {
      family.metric.push_back(std::move(metric));
    }
  }

  std::string Text() const {
    std::ostringstream text;
    prometheus::TextSerializer().Serialize(text, families_);
    return std::move(text).str();
  }

 private:
  std::vector<MetricFamily> families_;
  std::map<std::string, size_t> places_;
  std::set<std::pair<size_t, std::vector<ClientMetric::Label>>> taken_;
};

MetricsPage::MetricsPage() : families_(std::make_unique<Families>()) {}
MetricsPage::~MetricsPage() = default;

void MetricsPage::AddCounter(const std::string& name, const std::string& help,
                             const MetricLabels& labels, double value) {
  ClientMetric metric = Labelled(labels);
  metric.counter.value = value;
  families_->Add(name, help, MetricType::Counter, std::move(metric));
}

void MetricsPage::AddGauge(const std::string& name, const std::string& help,
                           const MetricLabels& labels, double value) {
  ClientMetric metric = Labelled(labels);
  metric.gauge.value = value;
  families_->Add(name, help, MetricType::Gauge, std::move(metric));
}

void MetricsPage::AddHistogram(const std::string& name, const std::string& help,
                               const MetricLabels& labels, const DurationHistogram& histogram) {
  ClientMetric metric = Labelled(labels);
  uint64_t count = 0;
  for (size_t i = 0; i < DurationHistogram::kBounds.size(); ++i) {
    count += histogram.counts()[i];
    metric.histogram.bucket.push_back({count, DurationHistogram::kBounds[i]});
  }
  metric.histogram.sample_count = count + histogram.counts().back();
  metric.histogram.sample_sum = histogram.sum();
  families_->Add(name, help, MetricType::Histogram, std::move(metric));
}

std::string MetricsPage::Text() const { return families_->Text(); }

}  // namespace hypnos
