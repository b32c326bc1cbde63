#include "bench/export.h"

#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "bench/npy.h"
#include "bench/workloads.h"
#include "hypnos/base/format.h"

namespace hypnos::bench {
namespace {

const char* NameOf(Phase phase) {
  switch (phase) {
    case Phase::kLook:
      return "look";
    case Phase::kPositive:
      return "positive";
    case Phase::kNegative:
      return "negative";
  }
  return "";
}

template <class T, class F>
std::string List(const std::vector<T>& items, F text_of) {
  std::string list;
  for (const T& item : items) list += (list.empty() ? "" : ", ") + text_of(item);
  return '[' + list + ']';
}

std::string PhasesOf(const Workload& workload, size_t step) {
  std::vector<size_t> lanes;
  for (size_t lane = 0; lane < workload.lane_count(); ++lane) lanes.push_back(lane);
  return List(lanes,
              [&](size_t lane) { return Format("\"{}\"", NameOf(workload.PhaseOf(lane, step))); });
}

std::string OptionsAsJson(const WorkloadShape& shape, const WorkloadRule& rule,
                          const Workload& workload) {
  std::vector<size_t> steps;
  for (size_t step = 0; step < Workload::kSteps; ++step) steps.push_back(step);
  const FfLayerOptions& layer = workload.column().layer(0).options();
  return Format(
      R"({{
  "shape": "{}", "rule": "{}",
  "inputs": {}, "units": {}, "recurrent": {}, "batch": {}, "lanes": {},
  "damping": {}, "threshold_per_unit": {}, "temperature_per_unit": {}, "peer_normalisation": {},
  "rate": {}, "velocity": {}, "weight_decay": {},
  "phases": {}
}}
)",
      shape.name, rule.name, shape.inputs,
      List(shape.units, [](size_t units) { return Format("{}", units); }), shape.recurrent,
      shape.batch, shape.lanes, layer.damping, layer.threshold_per_unit, layer.temperature_per_unit,
      layer.peer_normalisation, shape.rate, rule.learning.velocity, rule.learning.weight_decay,
      List(steps, [&](size_t step) { return PhasesOf(workload, step); }));
}

// What the layers of one lane said, step after step.
struct Record {
  std::vector<std::vector<float>> outputs;   // [layer]
  std::vector<std::vector<float>> goodness;  // [layer]
};

void Append(const Column& column, size_t lane, Record& record) {
  for (size_t l = 0; l < column.layer_count(); ++l) {
    const ConstMatrixView out = column.output(lane, l);
    for (size_t i = 0; i < out.rows; ++i) {
      record.outputs[l].insert(record.outputs[l].end(), out.row(i).begin(), out.row(i).end());
    }
    const auto goodness = column.goodness(lane, l);
    record.goodness[l].insert(record.goodness[l].end(), goodness.begin(), goodness.end());
  }
}

class Folder {
 public:
  explicit Folder(std::filesystem::path path) : path_(std::move(path)) {}

  Status Make() const {
    std::error_code error;
    std::filesystem::create_directories(path_, error);
    if (!error) return {};
    return Error{Code::kUnavailable, "FOLDER_NOT_MADE",
                 Format("cannot make the folder '{}': {}", path_.string(), error.message())};
  }
  Status WriteArray(const std::string& name, std::span<const float> values,
                    std::initializer_list<size_t> shape) const {
    return WriteNpy(path_ / (name + ".npy"), values, shape);
  }
  Status WriteText(const std::string& name, const std::string& text) const {
    std::ofstream file(path_ / name);
    file << text;
    file.close();
    if (file) return {};
    return Error{Code::kUnavailable, "FILE_NOT_WRITTEN",
                 Format("cannot write '{}': is the disk full?", (path_ / name).string())};
  }
  Status WriteWeights(const Column& column) const {
    for (size_t l = 0; l < column.layer_count(); ++l) {
      const LayerParameters parameters = column.layer(l).parameters();
      const Matrix& weights = parameters.weights;
      HYPNOS_RETURN_IF_ERROR(
          WriteArray(Format("weights_{}", l), weights.values(), {weights.rows(), weights.cols()}));
      HYPNOS_RETURN_IF_ERROR(
          WriteArray(Format("bias_{}", l), parameters.bias.values(), {parameters.bias.cols()}));
    }
    return {};
  }
  Status WriteInputs(const Workload& workload, const WorkloadShape& shape) const {
    for (size_t lane = 0; lane < shape.lanes; ++lane) {
      HYPNOS_RETURN_IF_ERROR(WriteArray(Format("inputs_{}", lane), workload.inputs(lane).values(),
                                        {Workload::kSteps, shape.batch, shape.inputs}));
    }
    return {};
  }
  Status WriteRecord(size_t lane, const Record& record, const WorkloadShape& shape) const {
    for (size_t l = 0; l < shape.units.size(); ++l) {
      HYPNOS_RETURN_IF_ERROR(WriteArray(Format("output_{}_{}", l, lane), record.outputs[l],
                                        {Workload::kSteps, shape.batch, shape.units[l]}));
      HYPNOS_RETURN_IF_ERROR(WriteArray(Format("goodness_{}_{}", l, lane), record.goodness[l],
                                        {Workload::kSteps, shape.batch}));
    }
    return {};
  }

 private:
  std::filesystem::path path_;
};

// What all rules of a shape begin with.
Status ExportStart(const WorkloadShape& shape, const WorkloadRule& rule, const Folder& folder) {
  HYPNOS_RETURN_IF_ERROR(folder.Make());
  HYPNOS_ASSIGN_OR_RETURN(const Workload workload, Workload::Create(shape, rule));
  HYPNOS_RETURN_IF_ERROR(folder.WriteInputs(workload, shape));
  return folder.WriteWeights(workload.column());
}

Status ExportResults(const WorkloadShape& shape, const WorkloadRule& rule, const Folder& folder) {
  HYPNOS_RETURN_IF_ERROR(folder.Make());
  HYPNOS_ASSIGN_OR_RETURN(Workload workload, Workload::Create(shape, rule));
  HYPNOS_RETURN_IF_ERROR(folder.WriteText("options.json", OptionsAsJson(shape, rule, workload)));
  const std::vector<std::vector<float>> nothing(shape.units.size());
  std::vector<Record> records(shape.lanes, {.outputs = nothing, .goodness = nothing});
  SerialExecutor executor;
  for (size_t step = 0; step < Workload::kSteps; ++step) {
    workload.Step(executor);
    for (size_t lane = 0; lane < shape.lanes; ++lane) {
      Append(workload.column(), lane, records[lane]);
    }
  }
  for (size_t lane = 0; lane < shape.lanes; ++lane) {
    HYPNOS_RETURN_IF_ERROR(folder.WriteRecord(lane, records[lane], shape));
  }
  return rule.learns ? folder.WriteWeights(workload.column()) : Status();
}

// The rules of a shape whose names match.
Status ExportShape(const WorkloadShape& shape, const ExportOptions& options, bool& any) {
  const std::filesystem::path path = std::filesystem::path(options.folder) / shape.name;
  bool started = false;
  for (const WorkloadRule& rule : shape.lanes == 1 ? Batch1Rules() : Batch100Rules()) {
    if (rule.storage != WeightStorage::kFloat32) continue;
    if (Format("{}/{}", shape.name, rule.name).find(options.only) == std::string::npos) continue;
    any = true;
    if (!std::exchange(started, true)) {
      HYPNOS_RETURN_IF_ERROR(ExportStart(shape, rule, Folder(path)));
    }
    HYPNOS_RETURN_IF_ERROR(ExportResults(shape, rule, Folder(path / rule.name)));
  }
  return {};
}

}  // namespace

Status Export(const ExportOptions& options) {
  std::vector<WorkloadShape> shapes = {Batch100Shape()};
  shapes.insert(shapes.end(), SmallShapes().begin(), SmallShapes().end());
  shapes.insert(shapes.end(), Batch1Shapes().begin(), Batch1Shapes().end());
  bool any = false;
  for (const WorkloadShape& shape : shapes) {
    HYPNOS_RETURN_IF_ERROR(ExportShape(shape, options, any));
  }
  if (any) return {};
  return Error{Code::kNotFound, "NO_SUCH_WORKLOAD",
               Format("no workload has '{}' in its name", options.only)};
}

}  // namespace hypnos::bench
