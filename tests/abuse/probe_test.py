import sys, os
from collections import defaultdict
import tests.abuse.test_access_matrix as T
from tests.abuse.test_access_matrix import place, founded, rules, methods, asked, status, watching, address
from tests.abuse.town import ACTORS
from tests.abuse.matrix import Row
GROUPS = {"officers":["one_stop","specialist","head","leader","clerk","consultant","other_head"],
 "managers":["administrator","auditor"],"outsiders":["stranger","newcomer","expired_agent","revoked_agent","former_head"],"owners":["filer","agent"]}
KIND = [("file_id","draft_file"),("draft_id","draft"),("letter_id","letter"),("token","token"),("code","dossier"),("tax_code","company")]
def short(who):
    who=list(who); out=[]
    for g,m in GROUPS.items():
        if set(m)<=set(who): out.append(g); who=[w for w in who if w not in m]
    return who+out
def dump(f, g, public):
    g=dict(g)
    if not public:
        assert g.pop(401,None) in (["anonymous"],None) or True
    big=max(g,key=lambda k:len(g[k])) if g else None
    for st,who in sorted(g.items(), key=lambda x:(x[0]==big,str(x[0]))):
        w = ["rest"] if st==big else short(who)
        f.write(f'{st} = {w}\n'.replace("'",'"'))
def test_probe(place):
    only = os.environ.get("ONLY","")
    f=open("/tmp/matrix.out","w")
    for endpoint, rule in sorted(rules(place.app).items()):
        if endpoint in T.ROWS or only not in endpoint: continue
        on = next((k for a,k in KIND if a in rule.arguments), "page")
        if endpoint.startswith("catalogue") and on=="dossier": on="procedure"
        if "registration" in endpoint and on=="company": on="registration"
        if on=="draft_file" and "draft_id" not in rule.arguments: on="file"
        row = Row(endpoint=endpoint,on=on,form={},query={},values={},is_file=False,is_public=False,writes=frozenset(),answers={})
        m = sorted(methods(rule))[0]
        per = {}; writes=set()
        for state, values in place.things[on].items():
            g = defaultdict(list)
            for a in ACTORS:
                try:
                    where=address(place.app,row,values)
                    with place.as_if(a) as b, watching(place) as ch:
                        st=status(b.open(where,method=m,buffered=True) if m=="GET" else b.post(where,buffered=True))
                except Exception as e: st=f'"{type(e).__name__} {str(e)[:160]}"'.replace("\n"," ")
                g[st].append(a)
                if m=="GET" and ch: writes.add(f"{a} {state}")
            per[state]=dict(g)
        public = not any(401 in g for g in per.values())
        f.write(f'\n["{endpoint}"]  # {m}\non = "{on}"\n')
        if public: f.write("public = true\n")
        if writes: f.write(f'writes = {sorted(writes)}\n'.replace("'",'"'))
        uniq=[]
        for state,g in per.items():
            for h,ss in uniq:
                if h==g: ss.append(state); break
            else: uniq.append((g,[state]))
        uniq.sort(key=lambda x:-len(x[1]))
        dump(f, uniq[0][0], public)
        for g,ss in uniq[1:]:
            f.write(f'[["{endpoint}".when]]\nstates = {ss}\n'.replace("'",'"')); dump(f,g,public)
        f.flush()
