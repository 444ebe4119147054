#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# test-cluster.sh YOAKE FOLDER [RECORDINGS] [SHARDS]: a cohort under a real Slurm of one machine, started
# here and ended here: tasks are killed at random, the controller once, and the array is sent again until
# merge finds nothing missing. The merged folder must be byte for byte that of one process.
#
# Needs root and the packages slurmctld slurmd slurm-client munge slurm-wlm-basic-plugins; says so and
# ends with 77 when they are not there. Talks to loopback only; everything is in FOLDER.
set -u
program=$(readlink -f "$1")
mkdir -p "$2" && cd "$2" || exit 1
root=$PWD
# A copy: a program that is built anew meanwhile would be another version.
cp "$program" yoake && yoake=$root/yoake
n=${3:-2000}
shards=${4:-40}
rounds_most=20
for tool in slurmctld slurmd sbatch squeue munged; do
    if ! PATH=$PATH:/usr/sbin command -v $tool >/dev/null; then
        echo "SKIPPED: no $tool; install slurmctld slurmd slurm-client munge slurm-wlm-basic-plugins"
        exit 77
    fi
done
[ "$(id -u)" -eq 0 ] || { echo "SKIPPED: needs root"; exit 77; }
PATH=$PATH:/usr/sbin
host=$(hostname -s)
export SLURM_CONF="$root/slurm.conf"
munge_pid='' slurmd_pid='' slurmctld_pid=''
finish() {
    for pid in $slurmd_pid $slurmctld_pid $munge_pid; do
        kill "$pid" 2>/dev/null
    done
    wait 2>/dev/null
}
trap finish EXIT

# wait_for COMMAND...: up to two minutes; a busy machine takes its time.
wait_for() {
    for _ in $(seq 240); do
        "$@" >/dev/null 2>&1 && return
        sleep 0.5
    done
    return 1
}
is_idle() { sinfo -h -o %t | grep -q idle; }
is_up() { scontrol ping | grep -q UP; }

start_munge() {
    # munged insists on folders that nobody else may write to, owned by the one who runs it.
    install -d -m 0711 "$root/munge"
    chmod go-w "$root"
    dd if=/dev/urandom of=munge/key bs=1 count=1024 status=none && chmod 0400 munge/key
    munged --foreground --key-file="$root/munge/key" --socket="$root/munge/socket" \
        --pid-file="$root/munge/pid" --log-file="$root/munge/log" --seed-file="$root/munge/seed" \
        --force >munge/out 2>&1 &
    munge_pid=$!
    wait_for test -S munge/socket && return
    echo "munged does not start:"
    tail -n 5 munge/out munge/log
    exit 1
}

configure() {
    mkdir -p state spool
    cat >slurm.conf <<EOF
ClusterName=yoake
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=17817
SlurmdPort=17818
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$root/munge/socket
StateSaveLocation=$root/state
SlurmdSpoolDir=$root/spool
SlurmctldPidFile=$root/slurmctld.pid
SlurmdPidFile=$root/slurmd.pid
SlurmctldLogFile=$root/slurmctld.log
SlurmdLogFile=$root/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MaxArraySize=10001
SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000,sched_interval=5,bf_interval=2
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=500 State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP
EOF
}

start_controller() {
    slurmctld -D -f "$SLURM_CONF" >>slurmctld.out 2>&1 &
    slurmctld_pid=$!
}

start_slurm() {
    configure
    start_controller
    wait_for is_up
    slurmd -D -f "$SLURM_CONF" >slurmd.out 2>&1 &
    slurmd_pid=$!
    wait_for is_idle && return
    echo "Slurm does not come up:"
    tail -n 5 slurmctld.log slurmd.log slurmctld.out
    exit 1
}

make_cohort() {
    mkdir -p in
    awk -v n="$n" 'BEGIN {
        for (f = 1; f <= n; f++) {
            name = sprintf("in/r%05d.csv", f); srand(f); bed = 1350 + int(rand() * 120); up = 1830 + int(rand() * 150)
            print "timestamp,date,activity" > name
            for (m = 720; m < 2160; m++) {
                d = m < 1440 ? "2024-05-13" : "2024-05-14"; c = m % 1440
                a = m >= bed && m < up ? (rand() < 0.04 ? int(rand() * 30) : 0) : int(rand() * rand() * 600)
                printf "%s %02d:%02d:00,%s,%d\n", d, int(c / 60), c % 60, d, a > name
            }
            close(name)
        }
    }'
}

shard_script() {
    cat >shard.sh <<EOF
#!/bin/sh
#SBATCH --array=0-$((shards - 1))
#SBATCH --cpus-per-task=1
#SBATCH --output=$root/logs/%A_%a.out
cd $root || exit 1
$yoake batch --manifest run/manifest.csv --shard auto/$shards -o run --jobs 1 --zone Asia/Tokyo --quiet
EOF
}

# Kills up to three of the tasks that run now, hard.
kill_some() {
    pgrep -f "$yoake batch --manifest run/manifest.csv" | shuf -n 3 | while read -r pid; do
        kill -KILL "$pid" 2>/dev/null && echo "$pid" >>killed
    done
}

start_munge
start_slurm
make_cohort
mkdir -p logs
: >killed
started=$(date +%s)
"$yoake" batch in -o one --zone Asia/Tokyo --quiet || { echo "one process failed"; exit 1; }
echo "one process: $(($(date +%s) - started)) s for $n recordings"
"$yoake" manifest in -o run/manifest.csv --quiet || exit 1
shard_script
started=$(date +%s)
round=0 controller=0 code=1
while [ "$round" -lt "$rounds_most" ]; do
    round=$((round + 1))
    sbatch --parsable shard.sh >>sent 2>>sbatch.err || { sleep 3; continue; }
    still=0
    while [ -n "$(squeue -h 2>/dev/null)" ]; do
        # A task that ended while the controller was down can stay in its list for ever.
        still=$((still + 1))
        pgrep -f "$yoake batch --manifest run/manifest.csv" >/dev/null && still=0
        [ "$still" -lt 45 ] || { scancel --user="$(id -un)"; still=0; }
        if [ "$round" -eq 2 ] && [ "$controller" -eq 0 ]; then
            kill -KILL "$slurmctld_pid"
            controller=1
            sleep 1
            start_controller
            wait_for is_up
        fi
        # A task takes a fraction of a second where nothing else runs.
        for _ in 1 2 3 4 5 6 7 8 9 10; do
            [ "$round" -le 6 ] && [ "$(shuf -i 1-3 -n 1)" -eq 1 ] && kill_some
            sleep 0.1
        done
    done
    "$yoake" merge run -o tables --lang en >merge.out 2>&1
    code=$?
    [ "$code" -ne 1 ] && break
done
echo "$shards shards under Slurm: $round rounds, $(wc -l <killed) tasks killed, the controller $controller times, $(($(date +%s) - started)) s"
tail -n 1 merge.out
[ "$code" -eq 0 ] || { echo "merge ended with $code"; exit 1; }
diff -rq --exclude run.log one tables | head -n 5 | grep . && { echo "FAILED: the merged folder differs"; exit 1; }
sqlite3 one/cohort.sqlite .dump >one.dump
sqlite3 tables/cohort.sqlite .dump | cmp - one.dump || exit 1
"$yoake" check tables --lang en | tail -n 1
[ "$(wc -l <killed)" -gt 0 ] || { echo "FAILED: nothing was killed"; exit 1; }
echo "the merged folder is byte for byte that of one process"
