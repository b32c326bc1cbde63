#include "pipeline/flow.h"

#include <oneapi/tbb/flow_graph.h>

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

#include "pipeline/arena.h"
#include "pipeline/tbb_executor.h"

namespace hypnos {
namespace {

namespace flow = tbb::flow;

// How many steps have passed a stage; the submitting thread waits on it.
class Milestone {
 public:
  void Pass() {
    {
      const std::lock_guard lock(mutex_);
      ++passed_;
    }
    changed_.notify_one();
  }
  void WaitFor(int64_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return passed_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t passed_ = 0;
};

// The first exception of any stage. After it no stage does any work, but the steps under way go on
// to the end of the graph: an exception that left a body would cancel the graph, and whoever waits
// for its steps would wait for ever.
class Failure {
 public:
  template <class F>
  void Guard(F work) {
    if (failed_) return;
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failed_.exchange(true)) cause_ = std::current_exception();
    }
  }
  void Rethrow() const {
    if (!failed_) return;
    const std::lock_guard lock(mutex_);
    std::rethrow_exception(cause_);
  }

 private:
  mutable std::mutex mutex_;
  std::atomic<bool> failed_ = false;
  std::exception_ptr cause_;
};

// A stage hands its step on from within its body, one body at a time: so that no step overtakes
// another. What a function_node returns is passed on only after the next body may have begun, and
// another thread may then be first.
template <class Input>
using StageNode = flow::multifunction_node<Input, std::tuple<Step*>>;

// The step itself, then what below, self and above said the step before.
using LayerTokens = std::tuple<Step*, Step*, Step*, Step*>;
using LayerJoin = flow::join_node<LayerTokens, flow::queueing>;

// A layer that is computed elsewhere is sent its step, and no thread waits for the answer.
using AwaitNode = flow::async_node<LayerTokens, LayerTokens>;

struct LayerNode {
  LayerNode(flow::graph& graph, size_t layer, Stages& stages, Executor& executor, Failure& failure,
            flow::receiver<Step*>& read_out)
      : join(graph),
        body(graph, flow::serial,
             [=, &stages, &executor, &failure, &read_out](const LayerTokens& tokens) -> Step* {
               Step* step = std::get<0>(tokens);
               failure.Guard([&] { stages.RunLayer(layer, *step, executor); });
               // From within the body: the next step cannot overtake it.
               if (step->layers_left.fetch_sub(1) == 1) read_out.try_put(step);
               return step;
             }) {}

  void ConnectHere() { flow::make_edge(join, body); }

  // The next step is not sent before this one has passed the body: it waits for its own activity.
  void ConnectElsewhere(flow::graph& graph, size_t layer, Stages& stages, Failure& failure,
                        tbb::task_arena& arena) {
    await = std::make_unique<AwaitNode>(
        graph, flow::unlimited,
        [=, &stages, &failure, &arena](const LayerTokens& tokens,
                                       AwaitNode::gateway_type& gateway) {
          gateway.reserve_wait();
          const auto answered = [&arena, &gateway, tokens] {
            arena.enqueue([&gateway, tokens] {
              gateway.try_put(tokens);
              gateway.release_wait();
            });
          };
          bool sent = false;
          failure.Guard([&] {
            stages.SendLayer(layer, *std::get<0>(tokens), answered);
            sent = true;
          });
          if (!sent) answered();
        });
    flow::make_edge(join, *await);
    flow::make_edge(*await, body);
  }

  LayerJoin join;
  std::unique_ptr<AwaitNode> await;
  flow::function_node<LayerTokens, Step*> body;
};

}  // namespace

struct Flow::Graph {
  Graph(Stages& stages, const Network& network, std::shared_ptr<Workers> at_work,
        size_t steps_in_flight)
      : workers(std::move(at_work)), arena(workers->arena().tbb), steps(steps_in_flight) {
    arena.execute([&] {
      graph = std::make_unique<flow::graph>();
      Build(stages, network);
    });
  }

  void Build(Stages& stages, const Network& network) {
    flow::graph& g = *graph;
    encode = std::make_unique<Node>(g, flow::serial, [this, &stages](Step* step, auto& next) {
      failure.Guard([&] { stages.Encode(*step); });
      std::get<0>(next).try_put(step);
    });
    const auto number = [](Step* step) { return static_cast<size_t>(step->number); };
    begun = std::make_unique<flow::sequencer_node<Step*>>(g, number);
    permitted = std::make_unique<flow::sequencer_node<Step*>>(g, number);
    ready = std::make_unique<flow::join_node<std::tuple<Step*, Step*>, flow::queueing>>(g);
    imagine = std::make_unique<PairNode>(
        g, flow::serial,
        [this, &stages](const std::tuple<Step*, Step*>& encoded_and_permitted, auto& next) {
          Step* step = std::get<0>(encoded_and_permitted);
          failure.Guard([&] { stages.Imagine(*step); });
          std::get<0>(next).try_put(step);
        });
    output = std::make_unique<Node>(g, flow::serial, [this, &stages](Step* step, auto&) {
      failure.Guard([&] { stages.Output(*step); });
      finished.Pass();
    });
    read_out = std::make_unique<Node>(g, flow::serial, [this, &stages](Step* step, auto& next) {
      failure.Guard([&] { stages.ReadOut(*step, executor); });
      read.Pass();
      std::get<0>(next).try_put(step);
    });
    for (size_t l = 0; l < network.layer_count(); ++l) {
      layers.push_back(std::make_unique<LayerNode>(g, l, stages, executor, failure, *read_out));
      if (network.is_remote(l)) {
        layers.back()->ConnectElsewhere(g, l, stages, failure, arena);
      } else {
        layers.back()->ConnectHere();
      }
    }
    flow::make_edge(*begun, *encode);
    flow::make_edge(flow::output_port<0>(*encode), flow::input_port<0>(*ready));
    flow::make_edge(*permitted, flow::input_port<1>(*ready));
    flow::make_edge(*ready, *imagine);
    flow::make_edge(flow::output_port<0>(*read_out), *output);
    for (size_t l = 0; l < layers.size(); ++l) ConnectLayer(l);
  }

  // Edges: the step to every layer; each layer to itself and its neighbours. At the ends of the
  // column the missing neighbour is replaced by the input and by the layer itself. The first tokens
  // are the silence before the first step.
  void ConnectLayer(size_t l) {
    LayerNode& layer = *layers[l];
    flow::make_edge(flow::output_port<0>(*imagine), flow::input_port<0>(layer.join));
    if (l == 0) {
      flow::make_edge(flow::output_port<0>(*imagine), flow::input_port<1>(layer.join));
    } else {
      flow::make_edge(layers[l - 1]->body, flow::input_port<1>(layer.join));
      flow::input_port<1>(layer.join).try_put(nullptr);
    }
    flow::make_edge(layer.body, flow::input_port<2>(layer.join));
    flow::input_port<2>(layer.join).try_put(nullptr);
    LayerNode& above = l + 1 < layers.size() ? *layers[l + 1] : layer;
    flow::make_edge(above.body, flow::input_port<3>(layer.join));
    flow::input_port<3>(layer.join).try_put(nullptr);
  }

  // Hands a step to the workers. A task that an outside thread leaves behind by execute() may find
  // all of them asleep and stay there; enqueue() wakes one for certain, but keeps no order: hence
  // the sequencers.
  void Put(flow::sequencer_node<Step*>& node, Step* step) {
    arena.enqueue([&node, step] { node.try_put(step); });
  }

  void WaitForSteps() { finished.WaitFor(submitted); }

  using Node = StageNode<Step*>;
  using PairNode = StageNode<std::tuple<Step*, Step*>>;

  const std::shared_ptr<Workers> workers;
  tbb::task_arena& arena;
  TbbExecutor executor;
  Failure failure;
  std::vector<Step> steps;
  int64_t submitted = 0;
  Milestone read, finished;
  std::unique_ptr<flow::graph> graph;
  std::unique_ptr<flow::sequencer_node<Step*>> begun, permitted;
  std::unique_ptr<Node> encode, read_out, output;
  std::unique_ptr<flow::join_node<std::tuple<Step*, Step*>, flow::queueing>> ready;
  std::unique_ptr<PairNode> imagine;
  std::vector<std::unique_ptr<LayerNode>> layers;
};

Flow::Flow(Stages& stages, const Network& network, std::shared_ptr<Workers> workers,
           size_t steps_in_flight)
    : graph_(std::make_unique<Graph>(stages, network, std::move(workers), steps_in_flight)) {}

Flow::~Flow() {
  graph_->WaitForSteps();
  // The last tokens are still on their way from the layers to their neighbours.
  graph_->arena.execute([&] { graph_->graph->wait_for_all(); });
}

Step& Flow::NextStep() {
  Graph& g = *graph_;
  const auto room = static_cast<int64_t>(g.steps.size());
  g.finished.WaitFor(g.submitted - room + 1);
  g.failure.Rethrow();
  return g.steps[static_cast<size_t>(g.submitted % room)];
}

void Flow::Submit() {
  Graph& g = *graph_;
  Step* step = &g.steps[static_cast<size_t>(g.submitted) % g.steps.size()];
  step->layers_left = g.layers.size();
  step->real.layers.resize(g.layers.size());
  step->dream.layers.resize(g.layers.size());
  step->labelled.layers.resize(g.layers.size());
  step->number = g.submitted++;
  g.Put(*g.begun, step);
  if (step->follows_prediction()) g.read.WaitFor(step->number);
  g.Put(*g.permitted, step);
}

void Flow::Settle() { graph_->WaitForSteps(); }

void Flow::Drain() {
  Settle();
  graph_->failure.Rethrow();
}

}  // namespace hypnos
